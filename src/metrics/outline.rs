//! What a metric is made of, before any label is known: for those who explain it or prepare its data.

use super::compile::{Classes, CompileError, compile};
use super::program::{Need, Program, StatisticClass, Statistics};
use crate::hir::formula::Figure;
use crate::hir::{MetricRef, Plan};

/// What a metric needs and costs, whatever the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The columns it reads, sorted.
    pub needs: Vec<Need>,
    /// Whether it goes over the classes of the label.
    pub over_classes: bool,
    /// Whether it is about the positive class.
    pub positive: bool,
    /// Whether it reads the hardware's price.
    pub price: bool,
    /// The figures of a run it reads, sorted.
    pub figures: Vec<Figure>,
    /// The dearest class of statistic.
    pub class: StatisticClass,
    /// How many statistics of each kind; those of an `over class` once for each of two classes.
    pub statistics: Statistics,
}

/// Outlines a metric by compiling it for a made label that has whatever the formula asks for.
///
/// # Errors
/// The formula cannot be computed for any label.
pub fn outline(plan: &Plan, metric: &MetricRef) -> Result<Outline, CompileError> {
    let mut classes = Classes {
        names: Vec::new(),
        positive: None,
    };
    let mut price = None;
    let mut over_classes = false;
    loop {
        match compile(plan, metric, &classes, price, false) {
            Ok(program) => return Ok(outlined(&program, &classes, over_classes, price)),
            // Each of these is mended, so it cannot come twice.
            Err(CompileError::NoClasses) if !over_classes => {
                over_classes = true;
                for name in ["", " "] {
                    classes.names.push(name.to_string());
                }
            }
            Err(CompileError::NoPositive) if classes.positive.is_none() => {
                classes.positive = Some(0);
            }
            Err(CompileError::NoClass(name, _)) if !classes.names.contains(&name) => {
                classes.names.push(name);
            }
            Err(CompileError::NoPrice) if price.is_none() => price = Some(1.0),
            Err(error) => return Err(error),
        }
    }
}

fn outlined(
    program: &Program,
    classes: &Classes,
    over_classes: bool,
    price: Option<f64>,
) -> Outline {
    Outline {
        needs: program.needs(),
        over_classes,
        positive: classes.positive.is_some(),
        price: price.is_some(),
        figures: program.figures(),
        class: program.class(),
        statistics: program.statistics(),
    }
}
