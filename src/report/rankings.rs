//! Systems ranked over datasets or slices: mean ranks, and which of them belong together.

use super::blocks::Block;
use super::number::{Digits, count, p_value, signed};
use super::table::{Cell, Column, Row, Table};
use crate::result::{RankedSystem, Ranking, RunResult, Unit};

/// One table for each ranking.
pub(super) fn blocks(result: &RunResult) -> Vec<Block> {
    result.rankings.iter().flat_map(ranking).collect()
}

/// `+106 ± 80`.
fn elo(s: &RankedSystem) -> String {
    let points = |rating| signed(&Unit::Plain, rating, Digits::default());
    let half = s.elo_half_width.map(|half| format!(" ± {half:.0}"));
    let rating = s.elo.map(points).unwrap_or_default();
    rating + &half.unwrap_or_default()
}

fn ranking(r: &Ranking) -> Vec<Block> {
    let n = r.blocks.len() as u64;
    let heading = Block::Heading {
        text: format!("ranks by {}", r.metric),
        aside: format!("over {} blocks", count(n)),
    };
    if let Some(note) = &r.note {
        return vec![heading, Block::Note(note.clone())];
    }
    // A letter for each group: systems that share one are not told apart.
    let letters = |system: &str| -> String {
        let groups = (b'a'..=b'z').zip(&r.groups);
        groups
            .filter(|(_, group)| group.iter().any(|s| s == system))
            .map(|(letter, _)| char::from(letter))
            .collect()
    };
    let columns = vec![
        Column::new("system"),
        Column::new("mean rank").right(),
        Column::new("not told apart"),
        Column::new("Elo").right(),
    ];
    let rows = r.systems.iter().map(|s| Row {
        cells: vec![
            Cell::new(&s.system),
            Cell::new(format!("{:.2}", s.mean_rank)),
            Cell::new(letters(&s.system)),
            Cell::new(elo(s)),
        ],
        below: None,
    });
    let rows = rows.collect();
    let mut said = Vec::new();
    if let (Some(chi2), Some(p)) = (r.chi2, r.p_value) {
        said.push(format!("Friedman’s χ² {chi2:.2}, p {}", p_value(p)));
    }
    if let Some(p) = r.f_p_value {
        let f = r.f.filter(|f| f.is_finite());
        let f = f.map_or("without bound".to_owned(), |f| format!("{f:.2}"));
        said.push(format!("Iman–Davenport F {f}, p {}", p_value(p)));
    }
    if let Some(cd) = r.critical_difference {
        said.push(format!(
            "Nemenyi’s critical difference {cd:.2} at {}",
            r.alpha
        ));
    }
    let rated = r.systems.iter().any(|s| s.elo.is_some());
    said.extend(
        rated
            .then(|| "Elo ratings by Bradley and Terry of who beats whom on each block".to_owned()),
    );
    said.extend(r.elo_note.clone());
    vec![
        heading,
        Block::Table(Table { columns, rows }.without_empty_columns()),
        Block::Note(said.join("; ")),
    ]
}
