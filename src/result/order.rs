//! The order of arrays, so that equal runs give equal bytes.

use super::RunResult;

impl RunResult {
    /// Brings every array without an order of its own into the order of the JSON. Rules, atoms,
    /// requirements, risks and a selection's candidates keep theirs.
    pub fn sort(&mut self) {
        self.data.sort_by(|a, b| a.dataset.cmp(&b.dataset));
        self.systems
            .sort_by(|a, b| (a.role, &a.name, &a.variant).cmp(&(b.role, &b.name, &b.variant)));
        self.metrics.sort_by(|a, b| {
            (
                &a.partition,
                &a.metric,
                &a.system,
                &a.variant,
                &a.slice,
                a.seed,
            )
                .cmp(&(
                    &b.partition,
                    &b.metric,
                    &b.system,
                    &b.variant,
                    &b.slice,
                    b.seed,
                ))
        });
        self.comparisons.sort_by(|a, b| {
            (&a.partition, &a.candidate, &a.baseline, &a.metric, &a.slice).cmp(&(
                &b.partition,
                &b.candidate,
                &b.baseline,
                &b.metric,
                &b.slice,
            ))
        });
        self.ablations.sort_by(|a, b| {
            (&a.reference, &a.partition, &a.metric).cmp(&(&b.reference, &b.partition, &b.metric))
        });
        for ablation in &mut self.ablations {
            ablation.arms.sort_by(|a, b| {
                (a.rank, &a.component, &a.change).cmp(&(b.rank, &b.component, &b.change))
            });
        }
        self.factorials.sort_by(|a, b| {
            (&a.reference, &a.partition, &a.metric).cmp(&(&b.reference, &b.partition, &b.metric))
        });
        self.selections.sort_by(|a, b| a.name.cmp(&b.name));
        self.decisions.sort_by(|a, b| a.name.cmp(&b.name));
        self.checks.sort_by(|a, b| {
            (&a.places, &a.code, &a.message).cmp(&(&b.places, &b.code, &b.message))
        });
        self.provenance.inputs.sort();
    }
}
