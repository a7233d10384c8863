//! Where a formula is read: the parameters and bound names in force, and how parameters are used.

use super::formula::Cell;
use super::scope::Resolver;
use crate::diagnostic::suggest;
use crate::syntax::ast::{Expr, ExprKind, Path};
use crate::text::Spanned;
use crate::types::{Dimension, Measure};

/// Roles of the dataset that formulas can name; what they are is said there.
const DATASET_ROLES: [&str; 7] = [
    "text",
    "group",
    "cluster",
    "time",
    "weight",
    "item_share",
    "item_features",
];

/// The inside of a metric.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// The metric's parameters.
    pub(super) params: Vec<Spanned<String>>,
    /// Roles that it says it needs.
    pub(super) needs: Vec<String>,
    /// Names bound by `over class`, outermost first.
    pub(super) bound: Vec<String>,
    /// Whether the metric stands in a plan's own file, so that columns of its datasets are in force.
    pub(super) own: bool,
    /// Parameters used as numbers.
    pub(super) numbers: Vec<usize>,
    /// Parameters used as columns.
    pub(super) columns: Vec<usize>,
}

impl Inside {
    /// The parameter of this name, used as a number.
    pub(super) fn number_param(&mut self, name: &str) -> Option<usize> {
        let found = self.param(name)?;
        self.numbers.push(found);
        Some(found)
    }

    /// The parameter of this name, used as a column.
    pub(super) fn column_param(&mut self, name: &str) -> Option<usize> {
        let found = self.param(name)?;
        self.columns.push(found);
        Some(found)
    }

    pub(super) fn param(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|p| p.value == name)
    }
}

impl<'a> Resolver<'a> {
    /// The role or column that a name stands for, with what its numbers measure; `None` where it
    /// stands for neither.
    pub(super) fn cell(&self, name: &str, cx: &Inside) -> Option<(Cell, Measure)> {
        if self.is_role(name, cx) {
            return Some((Cell::Role(name.into()), self.role_measure(name)));
        }
        let column = cx.own && self.survey.columns.contains(name);
        column.then(|| (Cell::Column(name.into()), Measure::Number))
    }

    pub(super) fn is_role(&self, name: &str, cx: &Inside) -> bool {
        matches!(
            name,
            "label" | "prediction" | "score" | "latency" | "tokens"
        ) || DATASET_ROLES.contains(&name)
            || self.survey.roles.contains_key(name)
            || cx.needs.iter().any(|n| n == name)
    }

    fn role_measure(&self, name: &str) -> Measure {
        let said = self.survey.roles.get(name).cloned().flatten();
        match (name, said) {
            ("latency", _) => Measure::time(),
            (_, Some((measure, _))) => measure,
            ("tokens", None) => Measure::Dimension(Dimension {
                tokens: 1,
                ..Dimension::default()
            }),
            (_, None) => Measure::Number,
        }
    }

    /// [`Resolver::cell`] of an expression; columns stand in quotes or are named by the dataset.
    /// Any name is a role where some outputs have no column map.
    pub(super) fn cell_expr(
        &mut self,
        e: &'a Expr,
        what: &str,
        cx: &Inside,
    ) -> Option<(Cell, Measure)> {
        match &e.kind {
            ExprKind::Paren(inner) => self.cell_expr(inner, what, cx),
            ExprKind::Text(text) => Some((Cell::Column(text.value.clone()), Measure::Number)),
            ExprKind::Path(path) => self.cell_path(e, path, what, cx),
            ExprKind::Error => None,
            _ => self.illegal(
                e,
                format!("`{}` is no {what}", super::show::expr(e)),
                "name a role such as `prediction`, or a column of the dataset in quotes",
            ),
        }
    }

    fn cell_path(
        &mut self,
        e: &Expr,
        path: &Path,
        what: &str,
        cx: &Inside,
    ) -> Option<(Cell, Measure)> {
        let Some(name) = path.single().map(|n| n.text.as_str()) else {
            return self.illegal(
                e,
                format!("`{}` is no column", path.text()),
                "name a role such as `latency` or `score`",
            );
        };
        if cx.param(name).is_some() || cx.bound.iter().any(|b| b == name) {
            return self.illegal(
                e,
                format!("`{name}` is no {what}"),
                "name a role such as `prediction`, or a column of the dataset in quotes",
            );
        }
        if let Some(found) = self.cell(name, cx) {
            if cx.own
                && matches!(found.0, Cell::Role(_))
                && self.survey.roles.contains_key(name)
                && self.survey.columns.contains(name)
            {
                return self.illegal(
                    e,
                    format!("`{name}` is both a role of the outputs and a column of the dataset"),
                    "map the outputs under another name",
                );
            }
            return Some(found);
        }
        let mut known: Vec<String> = ["label", "prediction", "score", "latency", "tokens"]
            .map(str::to_string)
            .to_vec();
        known.extend(self.survey.roles.keys().cloned());
        known.extend(self.survey.columns.iter().filter(|_| cx.own).cloned());
        known.retain(|k| k != "id");
        if let Some(near) = suggest(name, known.iter().map(String::as_str)) {
            let help = format!("did you mean `{near}`?");
            return self.illegal(e, format!("a row has no {what} `{name}`"), &help);
        }
        if self.survey.open {
            return Some((Cell::Role(name.into()), Measure::Number));
        }
        known.dedup();
        let help = format!(
            "map it, `predictions: \"…\" {{ {name}: column }}`; or put a column of the dataset in quotes; there are {}",
            known.join(", ")
        );
        self.illegal(e, format!("a row has no {what} `{name}`"), &help)
    }
}
