//! Small multiples as SVG: one panel for each law, coverage over the number of units, one line for each method.

use super::coverage::Row;
use super::panels;
use std::fmt::Write;

const COLUMNS: usize = 4;
const PANEL: (f64, f64) = (250.0, 190.0);
/// Left, top, right, bottom of a panel's frame within the panel.
const INSET: (f64, f64, f64, f64) = (34.0, 34.0, 10.0, 22.0);
/// The coverages shown; what is lower lies on the lower edge.
const RANGE: (f64, f64) = (0.70, 1.0);

/// Colour, width and dashes of a method's line.
fn style(method: &str) -> (&'static str, f64, &'static str) {
    match method {
        "auto" => ("#111111", 2.6, ""),
        "bca" => ("#0072b2", 1.6, ""),
        "percentile" => ("#56b4e9", 1.4, ""),
        "basic" => ("#cc79a7", 1.4, ""),
        "studentized" => ("#009e73", 1.4, "5 2"),
        "t" => ("#d55e00", 1.4, ""),
        "wilson" | "newcombe" => ("#e69f00", 1.6, ""),
        "exact" => ("#8c6d1f", 1.4, "5 2"),
        "jeffreys" => ("#009e73", 1.4, "1 2"),
        "wald" | "rows as units" | "rows alone" => ("#b00020", 1.4, "3 2"),
        _ => ("#7a5195", 1.6, ""),
    }
}

pub fn svg(rows: &[Row]) -> String {
    let panels = panels(rows);
    let lines = panels.len().div_ceil(COLUMNS);
    let mut methods: Vec<&str> = Vec::new();
    for r in rows {
        if !methods.contains(&r.method) {
            methods.push(r.method);
        }
    }
    let (width, height) = (PANEL.0 * COLUMNS as f64, PANEL.1 * lines as f64 + 64.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"10\" role=\"img\">\n\
         <title>Coverage of 95 % intervals by method and number of units</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
    );
    for (i, (family, setting)) in panels.iter().enumerate() {
        let at = (
            PANEL.0 * (i % COLUMNS) as f64,
            PANEL.1 * (i / COLUMNS) as f64,
        );
        let own: Vec<&Row> = rows
            .iter()
            .filter(|r| r.family == *family && r.setting == *setting)
            .collect();
        panel(&mut out, at, family, setting, &own);
    }
    legend(&mut out, PANEL.1 * lines as f64 + 14.0, &methods);
    out.push_str("</svg>\n");
    out
}

fn panel(out: &mut String, (left, top): (f64, f64), family: &str, setting: &str, rows: &[&Row]) {
    let (x0, y0) = (left + INSET.0, top + INSET.1);
    let (w, h) = (PANEL.0 - INSET.0 - INSET.2, PANEL.1 - INSET.1 - INSET.3);
    let sizes: Vec<f64> = rows.iter().map(|r| (r.n as f64).ln()).collect();
    let low = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    let high = sizes.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let x = |n: usize| x0 + w * ((n as f64).ln() - low) / (high - low).max(1e-9);
    let y = |c: f64| y0 + h * (RANGE.1 - c.clamp(RANGE.0, RANGE.1)) / (RANGE.1 - RANGE.0);
    let _ = writeln!(
        out,
        "<text x=\"{x0:.1}\" y=\"{:.1}\" font-size=\"11\" font-weight=\"bold\">{family}</text>\
         <text x=\"{x0:.1}\" y=\"{:.1}\" fill=\"#555555\">{}</text>",
        top + 13.0,
        top + 26.0,
        setting.replace('<', "&lt;")
    );
    for c in [0.7, 0.8, 0.9, 1.0] {
        let _ = writeln!(
            out,
            "<line x1=\"{x0:.1}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#e6e6e6\"/>\
             <text x=\"{2:.1}\" y=\"{3:.1}\" text-anchor=\"end\" fill=\"#555555\">{4:.0} %</text>",
            x0 + w,
            y(c),
            x0 - 4.0,
            y(c) + 3.0,
            100.0 * c
        );
    }
    let _ = writeln!(
        out,
        "<line x1=\"{x0:.1}\" x2=\"{:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\" stroke=\"#888888\" stroke-dasharray=\"2 2\"/>",
        x0 + w,
        y(super::coverage::LEVEL)
    );
    let (mut known, mut methods): (Vec<usize>, Vec<&str>) = (Vec::new(), Vec::new());
    for r in rows {
        if !known.contains(&r.n) {
            known.push(r.n);
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555555\">{}</text>",
                x(r.n),
                y0 + h + 13.0,
                r.n
            );
        }
        if !methods.contains(&r.method) {
            methods.push(r.method);
        }
    }
    // What `auto` takes is drawn first, so that the method it is shows through.
    methods.sort_by_key(|m| *m != "auto");
    for method in methods {
        let (colour, width, dashes) = style(method);
        let own = rows.iter().filter(|r| r.method == method);
        let points: Vec<String> = own
            .map(|r| format!("{:.1},{:.1}", x(r.n), y(r.coverage)))
            .collect();
        let faint = if method == "auto" {
            " stroke-opacity=\"0.35\""
        } else {
            ""
        };
        let width = if method == "auto" { 6.0 } else { width };
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-dasharray=\"{dashes}\"{faint}/>",
            points.join(" ")
        );
    }
}

fn legend(out: &mut String, top: f64, methods: &[&str]) {
    for (i, method) in methods.iter().enumerate() {
        let (colour, width, dashes) = style(method);
        let (x, y) = (20.0 + 122.0 * (i % 8) as f64, top + 18.0 * (i / 8) as f64);
        let (width, faint) = match *method {
            "auto" => (6.0, " stroke-opacity=\"0.35\""),
            _ => (width, ""),
        };
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-dasharray=\"{dashes}\"{faint}/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{method}</text>",
            x + 22.0,
            x + 27.0,
            y + 3.5
        );
    }
}
