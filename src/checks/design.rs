//! What the design of a comparison leaves of the quantities that a decision reads: bounds that hold
//! whatever the result is.

use super::cells::{Bound, Key, Ranges, Reach, Taken, metric_range, shown_number, unit};
use super::resolution::{Size, size, step};
use crate::hir::{
    AnalyticMethod, Compare, Condition, Correction, DataRef, Decide, FOLDS, IntervalSpec,
    MetricKind, Over, Plan, Quantity, TestMethod, Variant, rows_of,
};
use crate::stats::analytic::{self, Ends, Pairs};
use crate::text::Span;

/// The most resamples that `auto` draws.
const MOST_RESAMPLES: f64 = 256_000.0;
/// Up to this many units a permutation test goes through all of them.
const EXACT_UNITS: f64 = 20.0;

/// The bounds on what the rules of a decision read.
pub(super) fn reaches(plan: &Plan, decide: &Decide) -> Vec<Reach> {
    let design = Design::of(plan, decide);
    if design.compare.is_some_and(|c| c.common.broken) {
        return Vec::new();
    }
    let conditions = decide.rules.iter().filter_map(|r| r.when.as_ref());
    let mut found: Vec<Reach> = Vec::new();
    let mut done: Vec<Key> = Vec::new();
    for q in conditions.flat_map(Condition::quantities) {
        let key = super::cells::key(decide, q);
        if done.contains(&key) {
            continue;
        }
        done.push(key.clone());
        found.extend(design.published(&key, q));
        found.extend(design.no_disagreement(&key, q));
        found.extend(design.steps(&key, q));
        found.extend(design.ends(&key, q));
        found.extend(design.p_value(&key, q));
    }
    found
}

/// A decision and the comparison that measures its pair.
struct Design<'a> {
    plan: &'a Plan,
    decide: &'a Decide,
    compare: Option<&'a Compare>,
    spec: IntervalSpec,
    spec_at: Option<Span>,
    rows: Option<Size>,
    /// Rows that stand for themselves, without weights and in no groups.
    independent: bool,
}

impl<'a> Design<'a> {
    fn of(plan: &'a Plan, decide: &'a Decide) -> Design<'a> {
        let compare = plan.compares.iter().map(|(_, c)| c).find(|c| {
            c.subject.variant == decide.subject.variant
                && c.against
                    .iter()
                    .any(|a| a.variant == decide.against.variant)
        });
        let interval = compare.and_then(|c| c.interval.as_ref());
        let on = rows_of(plan, decide);
        let folds = |on: &DataRef| on.part.as_deref() == Some(FOLDS);
        let dataset = on.as_ref().map(|on| &plan.datasets[on.dataset]);
        let rows = on.as_ref().filter(|on| !folds(on));
        Design {
            plan,
            decide,
            compare,
            spec: interval.map_or_else(IntervalSpec::default, |i| i.value.clone()),
            spec_at: interval.map(|i| i.span),
            rows: rows.and_then(|on| size(plan, on)),
            independent: dataset
                .is_some_and(|d| d.group.is_none() && d.cluster.is_none() && d.weight.is_none()),
        }
    }

    fn runs_of(&self, key: &Key) -> Option<u64> {
        runs_of(self.plan, self.decide, &key.taken)
    }

    fn is_reported(&self) -> bool {
        let reported = |v: &Variant| self.plan.is_reported(v.system);
        reported(&self.decide.subject.variant) || reported(&self.decide.against.variant)
    }

    /// Published values, and what they leave of a change.
    fn published(&self, key: &Key, q: &Quantity) -> Option<Reach> {
        let plan = self.plan;
        let value = |v: &Variant| plan.reported(v, &q.metric);
        let own = value(&self.decide.subject.variant);
        let other = value(&self.decide.against.variant);
        let range = metric_range(plan, key.metric, Ranges::Declared);
        let at = |v: Option<f64>| v.map_or(range, |v| (v, v));
        let (low, high) = match &key.taken {
            Taken::Subject => at(Some(own?)),
            Taken::Against => at(Some(other?)),
            Taken::Gain if own.is_some() || other.is_some() => {
                let (a, b) = (at(own), at(other));
                let (low, high) = (a.0 - b.1, a.1 - b.0);
                match plan.metrics[key.metric].sign() < 0.0 {
                    true => (-high, -low),
                    false => (low, high),
                }
            }
            Taken::Gain | Taken::Other(_) | Taken::Relative | Taken::Interaction(..) => {
                return None;
            }
        };
        let side = if other.is_some() {
            &self.decide.against
        } else {
            &self.decide.subject
        };
        let published = other.or(own)?;
        let (word, factor) = plan.metrics[key.metric].measure.display_unit();
        let (shown, unit) = (shown_number(published * factor), unit(&word));
        let (_, of_change) = q.measure.display_unit();
        let room = match (low.is_finite(), high.is_finite()) {
            (true, true) if low == high => format!("is {}", shown_number(low * of_change)),
            (_, true) => format!("is at most {}", shown_number(high * of_change)),
            (true, false) => format!("is at least {}", shown_number(low * of_change)),
            (false, false) => return None,
        };
        let of_q = super::cells::unit(&q.measure.display_unit().0);
        Some(Reach {
            key: key.clone(),
            bound: Bound::Within(low, high),
            said: format!(
                "`{}` of `{}` is published as {shown}{unit}, so what the rule reads {room}{of_q}",
                q.metric.text,
                plan.show(&side.variant),
            ),
            at: Some(side.span),
            remedy: "ask for what the published number leaves room for, or run that system too"
                .into(),
        })
    }

    /// What a pilot leaves of the difference of two shares where no row told the systems apart.
    fn no_disagreement(&self, key: &Key, q: &Quantity) -> Option<Reach> {
        let pilot = self.compare?.pilot.as_ref()?;
        let none = pilot.disagreement.as_ref().filter(|d| d.value == 0.0)?;
        let share = self.plan.metric_kind(key.metric) == MetricKind::Share
            || step(self.plan, key.metric, 1.0).is_some();
        if key.taken != Taken::Gain || !share {
            return None;
        }
        let rows = self
            .rows
            .map_or(String::new(), |s| format!(" of {}", s.rows));
        Some(Reach {
            key: key.clone(),
            bound: Bound::Within(0.0, 0.0),
            said: format!(
                "the pilot saw no row{rows} on which the two differ, so `{}` cannot differ either",
                q.metric.text
            ),
            at: Some(none.span),
            remedy: "judge on rows that some system gets right and some gets wrong".into(),
        })
    }

    /// The steps that a share of so many rows takes.
    fn steps(&self, key: &Key, q: &Quantity) -> Option<Reach> {
        let size = self.rows.filter(|s| s.exact)?;
        let weighted = {
            let on = rows_of(self.plan, self.decide)?;
            self.plan.datasets[on.dataset].weight.is_some()
        };
        if weighted || self.is_reported() {
            return None;
        }
        let runs = self.runs_of(key)?;
        let step = step(self.plan, key.metric, size.rows)? / runs as f64;
        let (word, factor) = q.measure.difference().display_unit();
        let over = match runs {
            1 => String::new(),
            n => format!(" and {n} runs"),
        };
        Some(Reach {
            key: key.clone(),
            bound: Bound::Step(step),
            said: format!(
                "over {} rows{over} `{}` moves in steps of {}{}",
                size.rows,
                q.metric.text,
                shown_number(step * factor),
                unit(&word)
            ),
            at: Some(size.at),
            remedy: "measure on more rows, or move the threshold by a step".into(),
        })
    }

    /// How far the ends of an analytic interval over so many rows can go, and how narrow it can be.
    fn ends(&self, key: &Key, q: &Quantity) -> Vec<Reach> {
        let IntervalSpec::Analytic { method, level } = self.spec else {
            return Vec::new();
        };
        let share = self.plan.metric_kind(key.metric) == MetricKind::Share;
        let (Some(size), true, true) = (self.rows, share, self.independent) else {
            return Vec::new();
        };
        let over_rows = self
            .compare
            .and_then(|c| c.over)
            .is_none_or(|o| o.value == Over::Rows);
        if self.runs_of(key) != Some(1) || !over_rows || self.is_reported() || size.rows < 1.0 {
            return Vec::new();
        }
        // Declared sizes are far below what a u64 holds.
        let n = size.rows as u64;
        let paired = self.compare.and_then(|c| c.paired).is_none_or(|p| p.value);
        let (best, worst) = match &key.taken {
            Taken::Subject | Taken::Against | Taken::Other(_) => {
                (of_share(method, n, n, level), of_share(method, 0, n, level))
            }
            Taken::Gain if paired => {
                let first = Pairs {
                    first: n,
                    ..Pairs::default()
                };
                let second = Pairs {
                    second: n,
                    ..Pairs::default()
                };
                (
                    of_pairs(method, first, level),
                    of_pairs(method, second, level),
                )
            }
            Taken::Gain | Taken::Relative | Taken::Interaction(..) => (None, None),
        };
        let (Some(best), Some(worst)) = (best, worst) else {
            return Vec::new();
        };
        let (word, factor) = q.measure.display_unit();
        let unit = unit(&word);
        let show = |x: f64| format!("{}{unit}", shown_number(x * factor));
        let name = AnalyticMethod::ALL
            .iter()
            .find(|m| m.1 == method)
            .map_or("", |m| m.0);
        let reach = |bound: Bound, said: String| Reach {
            key: key.clone(),
            bound,
            said,
            at: self.spec_at.or(Some(size.at)),
            remedy: "measure on more rows, or ask for less".into(),
        };
        let mut found = vec![
            reach(
                Bound::LowAtMost(best.0),
                format!(
                    "of {n} rows the lower end of a `{name}` interval is at most {}, with every row in favour",
                    show(best.0)
                ),
            ),
            reach(
                Bound::HighAtLeast(worst.1),
                format!(
                    "of {n} rows the upper end of a `{name}` interval is at least {}, with every row against",
                    show(worst.1)
                ),
            ),
        ];
        if key.taken != Taken::Gain {
            let width = best.1 - best.0;
            let (word, factor) = q.measure.difference().display_unit();
            let wide = format!(
                "{}{}",
                shown_number(width * factor),
                super::cells::unit(&word)
            );
            found.push(reach(
                Bound::WidthAtLeast(width),
                format!(
                    "of {n} rows a `{name}` interval is at least {wide} wide, with every row alike"
                ),
            ));
        }
        found
    }

    /// The least p value.
    fn p_value(&self, key: &Key, q: &Quantity) -> Option<Reach> {
        if !matches!(key.taken, Taken::Gain | Taken::Relative) || self.is_reported() {
            return None;
        }
        let (least, how, at) = self.least_p(key)?;
        let (times, correction) = self.corrected(q);
        let all = least * times;
        let more = match times > 1.0 {
            true => format!(" ({} times that after `{correction}`)", shown_number(times)),
            false => String::new(),
        };
        (all > 0.0).then(|| Reach {
            key: key.clone(),
            bound: Bound::PAtLeast(all),
            said: format!(
                "{how} gives no p value below {}{more}",
                shown_number(least)
            ),
            at,
            remedy: "ask for a larger p value, or let the design give smaller ones: more resamples, rows or runs".into(),
        })
    }

    fn least_p(&self, key: &Key) -> Option<(f64, String, Option<Span>)> {
        let over_runs = self
            .compare
            .and_then(|c| c.over)
            .is_some_and(|o| o.value == Over::Runs);
        let unpaired = self
            .compare
            .and_then(|c| c.paired)
            .is_some_and(|p| !p.value);
        let test = self.compare.and_then(|c| c.test);
        let kind = self.plan.metric_kind(key.metric);
        match (test, &self.spec) {
            (Some(test), _) if test.value.fits().contains(&kind) && !over_runs && !unpaired => {
                self.least_of_test(test.value, Some(test.span))
            }
            (Some(_), _) => None,
            (None, IntervalSpec::Analytic { method, .. })
                if method.fits().contains(&kind) && !over_runs && !unpaired =>
            {
                let runs = self.runs_of(key)?;
                let closed = runs == 1 && self.independent;
                let test = method.test().filter(|_| closed)?;
                self.least_of_test(test, self.spec_at)
            }
            (None, IntervalSpec::Analytic { .. } | IntervalSpec::None) => None,
            (
                None,
                IntervalSpec::Bootstrap {
                    resamples, grows, ..
                },
            ) => {
                let most = if *grows {
                    MOST_RESAMPLES
                } else {
                    f64::from(*resamples)
                };
                let how = format!("with {most} resamples the bootstrap");
                Some((1.0 / (most + 1.0), how, self.spec_at))
            }
        }
    }

    /// The least p value of a test over so many rows: of an exact one the two most extreme outcomes.
    fn least_of_test(
        &self,
        test: TestMethod,
        at: Option<Span>,
    ) -> Option<(f64, String, Option<Span>)> {
        let n = self.rows?.rows;
        let name = TestMethod::ALL
            .iter()
            .find(|t| t.1 == test)
            .map_or("", |t| t.0);
        let counted = match test {
            TestMethod::Sign | TestMethod::Mcnemar => true,
            TestMethod::Permutation | TestMethod::ApproximateRandomization => n <= EXACT_UNITS,
            // With ties Wilcoxon's law is approximated, and goes lower than counting would.
            TestMethod::Wilcoxon
            | TestMethod::T
            | TestMethod::Welch
            | TestMethod::MannWhitney
            | TestMethod::Z
            | TestMethod::CorrectedT
            | TestMethod::Friedman
            | TestMethod::Delong => false,
        };
        let how = format!("`{name}` over {n} rows");
        counted.then(|| (2f64.powf(1.0 - n), how, at))
    }

    /// By how much a correction at least multiplies the least p value, and its name.
    fn corrected(&self, q: &Quantity) -> (f64, &'static str) {
        let Some(c) = self.compare else {
            return (1.0, "");
        };
        let claimed = c.metrics.iter().any(|m| m.same(&q.metric));
        let measured = c
            .against
            .iter()
            .filter(|a| !self.plan.is_reported(a.variant.system));
        let claims = c.metrics.len() * measured.count() * (1 + c.slices.len());
        match c.correct.as_ref().map(|x| x.value).filter(|_| claimed) {
            Some(Correction::Bonferroni) => (claims as f64, "bonferroni"),
            Some(Correction::Holm) => (claims as f64, "holm"),
            // Where all are at the least, these leave them there.
            Some(Correction::Hochberg | Correction::Bh | Correction::None) | None => (1.0, ""),
            Some(Correction::By) => ((1..=claims).map(|i| 1.0 / i as f64).sum(), "by"),
        }
    }
}

/// How many runs a quantity's value is the mean of; of a change the least common multiple.
pub(super) fn runs_of(plan: &Plan, decide: &Decide, taken: &Taken) -> Option<u64> {
    let runs = |v: &Variant| plan.systems[v.system].runs().len() as u64;
    let (own, other) = (runs(&decide.subject.variant), runs(&decide.against.variant));
    match taken {
        Taken::Subject => Some(own),
        Taken::Against => Some(other),
        Taken::Other(v) => Some(runs(v)),
        Taken::Gain => Some(least_common_multiple(own, other)),
        Taken::Relative | Taken::Interaction(..) => None,
    }
}

fn least_common_multiple(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a.max(1), b.max(1));
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a.max(1) / x * b.max(1)
}

fn of_share(method: AnalyticMethod, k: u64, n: u64, level: f64) -> Option<Ends> {
    match method {
        AnalyticMethod::Wilson | AnalyticMethod::Newcombe => analytic::wilson(k, n, level),
        AnalyticMethod::Exact => analytic::clopper_pearson(k, n, level),
        AnalyticMethod::T
        | AnalyticMethod::Normal
        | AnalyticMethod::Delong
        | AnalyticMethod::OrderStatistic => None,
    }
}

fn of_pairs(method: AnalyticMethod, pairs: Pairs, level: f64) -> Option<Ends> {
    match method {
        AnalyticMethod::Wilson | AnalyticMethod::Newcombe => {
            analytic::newcombe_paired(pairs, level)
        }
        AnalyticMethod::Exact => analytic::discordant_exact(pairs, level),
        AnalyticMethod::T
        | AnalyticMethod::Normal
        | AnalyticMethod::Delong
        | AnalyticMethod::OrderStatistic => None,
    }
}
