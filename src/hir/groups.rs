//! `max by column of (…)` and `sum by bins(score, 15) of (…)`.

use super::formula::*;
use super::formulas::{Typed, fold_of};
use super::inside::Inside;
use super::scope::Resolver;
use crate::syntax::ast::{self, Arg, Expr, Path};
use crate::types::Measure;

impl<'a> Resolver<'a> {
    pub(super) fn by(
        &mut self,
        e: &'a Expr,
        fold: ast::Fold,
        (path, args): (&'a Path, Option<&'a [Arg]>),
        body: &'a Expr,
        cx: &mut Inside,
    ) -> Typed<Formula> {
        let group = match args {
            Some(args) => self.bins(e, path, args, cx),
            None => self.group(e, path, cx),
        };
        let inner = self.formula(body, cx);
        let (group, (body, measure)) = (group?, inner?);
        let by = Formula::By {
            fold: fold_of(fold),
            group,
            body: Box::new(body),
            span: path.span,
        };
        Some((by, measure))
    }

    fn group(&mut self, e: &Expr, path: &Path, cx: &mut Inside) -> Option<GroupBy> {
        let Some(name) = path.single().map(|n| n.text.as_str()) else {
            return self.illegal(
                e,
                format!("`{}` is no column", path.text()),
                "name a column of the dataset, or `bins(score, 15)`",
            );
        };
        if let Some(i) = cx.column_param(name) {
            return Some(GroupBy::Param(i));
        }
        let cell = match self.cell(name, cx) {
            Some((cell, _)) => cell,
            None => Cell::Column(name.into()),
        };
        Some(GroupBy::Cell(cell))
    }

    fn bins(&mut self, e: &Expr, path: &Path, args: &'a [Arg], cx: &mut Inside) -> Option<GroupBy> {
        let (true, [number, bins]) = (path.text() == "bins", args) else {
            return self.illegal(
                e,
                format!("there is no grouping `{}` like this", path.text()),
                "write `by column of (…)` or `by bins(score, 15) of (…)`",
            );
        };
        let (number, measure) = self.row_number(number.value.expr.as_ref()?, cx)?;
        if matches!(measure, Measure::Dimension(_)) {
            return self.illegal(
                e,
                format!("`bins` cuts numbers from 0 to 1, and this is {measure}"),
                "divide by a quantity of the same unit first",
            );
        }
        let (bins, _) = self.formula(bins.value.expr.as_ref()?, cx)?;
        if let Formula::Constant(n, _) = bins
            && !whole_bins(n)
        {
            return self.illegal(
                e,
                "the number of bins is a whole number of at least 1",
                "write `by bins(score, 15) of (…)`",
            );
        }
        Some(GroupBy::Bins(number, Box::new(bins)))
    }
}

/// Whether there can be so many bins.
pub fn whole_bins(n: f64) -> bool {
    n.fract() == 0.0 && (1.0..=1e6).contains(&n)
}
