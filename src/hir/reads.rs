//! What a metric reads, itself or through the metrics it is made of.

use super::formula::{
    Aggregate, AggregateKind, Cell, Figure, Formula, GroupBy, NativeArg, NativeCall, Operand,
    RowCondition, RowNumber,
};
use super::model::{Argument, Id, Metric, MetricRef, Plan};
use std::collections::BTreeSet;

/// What a metric reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Fields of rows.
    pub cells: BTreeSet<Cell>,
    /// Figures of whole runs.
    pub figures: BTreeSet<Figure>,
    /// Whether it reads what the hardware costs.
    pub price: bool,
}

impl Reads {
    /// What depends on the machine: `latency`, `run.energy`, …
    pub fn machine(&self) -> Option<&'static str> {
        let latency = self
            .cells
            .iter()
            .any(|c| *c == Cell::Role("latency".into()));
        let figure = self.figures.first().map(|f| f.text());
        let price = self.price.then_some("hardware.price");
        latency.then_some("latency").or(figure).or(price)
    }
}

impl Plan {
    /// What a metric reads.
    pub fn reads(&self, metric: &MetricRef) -> Reads {
        let mut reads = Reads::default();
        let mut seen: BTreeSet<Id<Metric>> = BTreeSet::new();
        let mut waiting = vec![metric.metric];
        reads.arguments(&metric.args);
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(formula) = &self.metrics[id].formula {
                reads.formula(formula);
                waiting.extend(formula.metrics().iter().map(|m| m.metric));
            }
        }
        reads
    }
}

impl Reads {
    fn arguments(&mut self, all: &[Argument]) {
        for argument in all {
            match argument {
                Argument::Column(cell) => self.cell(cell),
                Argument::Number(_) | Argument::Param(_) => {}
            }
        }
    }

    fn cell(&mut self, cell: &Cell) {
        self.cells.insert(cell.clone());
    }

    fn formula(&mut self, formula: &Formula) {
        match formula {
            Formula::Constant(..) | Formula::Param(_) => {}
            Formula::Aggregate(a) => self.aggregate(a),
            Formula::OverClass { body, .. } => self.formula(body),
            Formula::By { group, body, .. } => {
                match group {
                    GroupBy::Cell(cell) => self.cell(cell),
                    GroupBy::Param(_) => {}
                    GroupBy::Bins(number, _) => self.number(number),
                }
                self.formula(body);
            }
            Formula::Metric(m) => self.arguments(&m.args),
            Formula::Price => self.price = true,
            Formula::Figure(f) => {
                self.figures.insert(*f);
            }
            Formula::Call(_, args) => args.iter().for_each(|a| self.formula(a)),
            Formula::Binary(_, left, right) => {
                self.formula(left);
                self.formula(right);
            }
        }
    }

    fn aggregate(&mut self, a: &Aggregate) {
        if let Some(filter) = &a.filter {
            self.condition(filter);
        }
        match &a.kind {
            AggregateKind::Count | AggregateKind::Share => {}
            AggregateKind::Sum(n)
            | AggregateKind::Mean(n)
            | AggregateKind::Min(n)
            | AggregateKind::Max(n)
            | AggregateKind::Quantile(n, _) => self.number(n),
            AggregateKind::MeanOf(c) => self.condition(c),
            AggregateKind::Native(call) => self.native(call),
        }
    }

    fn number(&mut self, number: &RowNumber) {
        match number {
            RowNumber::Cell(cell) => self.cell(cell),
            RowNumber::Score(operand) => {
                self.cell(&Cell::Role("score".into()));
                self.operand(operand);
            }
            RowNumber::Constant(_) | RowNumber::Param(_) => {}
            RowNumber::Binary(_, left, right) => {
                self.number(left);
                self.number(right);
            }
            RowNumber::Call(_, args) => args.iter().for_each(|a| self.number(a)),
            RowNumber::Native(call) => self.native(call),
        }
    }

    fn condition(&mut self, condition: &RowCondition) {
        match condition {
            RowCondition::And(a, b) | RowCondition::Or(a, b) => {
                self.condition(a);
                self.condition(b);
            }
            RowCondition::Not(a) => self.condition(a),
            RowCondition::Same(a, b, _) => {
                self.operand(a);
                self.operand(b);
            }
            RowCondition::Compare(_, a, b) => {
                self.number(a);
                self.number(b);
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Cell(cell) => self.cell(cell),
            Operand::Bound(_) | Operand::Param(_) | Operand::Positive | Operand::Class(..) => {}
        }
    }

    fn native(&mut self, call: &NativeCall) {
        for argument in &call.args {
            match argument {
                NativeArg::Number(n) => self.number(n),
                NativeArg::Condition(c) => self.condition(c),
                NativeArg::Class(operand) => self.operand(operand),
                NativeArg::Text(cell) | NativeArg::List(_, cell) => self.cell(cell),
                NativeArg::Scores => self.cell(&Cell::Role("score".into())),
            }
        }
    }
}
