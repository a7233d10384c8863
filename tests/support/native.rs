//! Native functions called by name, as a formula calls them.

use benchwright::hir::natives::{OptionKind, native};
use benchwright::metrics::native::{Columns, Implementation, Value, implementation};

/// A native with its options, a choice by its word.
pub struct Call {
    implementation: Implementation,
    options: Vec<f64>,
}

/// An option's value.
pub enum Given<'a> {
    Number(f64),
    Word(&'a str),
}

impl Call {
    pub fn new(name: &str, given: &[(&str, Given<'_>)]) -> Self {
        let signature = native(name).unwrap_or_else(|| panic!("no native {name}"));
        for (option, _) in given {
            assert!(
                signature.options.iter().any(|o| o.name == *option),
                "{option}"
            );
        }
        let options = signature.options.iter().map(|option| {
            let said = given.iter().find(|(name, _)| *name == option.name);
            match (said.map(|(_, given)| given), option.kind) {
                (None, _) => option.default.unwrap(),
                (Some(Given::Number(n)), OptionKind::Number(low, high, _)) => {
                    assert!((low..=high).contains(n));
                    *n
                }
                (Some(Given::Word(word)), OptionKind::Choice(words)) => {
                    words.iter().position(|w| w == word).unwrap() as f64
                }
                _ => panic!("{name}: {} is of another kind", option.name),
            }
        });
        Call {
            implementation: implementation(signature).unwrap(),
            options: options.collect(),
        }
    }

    /// The number of a row.
    pub fn row(&self, args: &[Value<'_>]) -> f64 {
        match self.implementation {
            Implementation::Row(function) => function(args, &self.options),
            _ => panic!("not of a row"),
        }
    }

    /// The value of rows from the sums of their numbers.
    pub fn corpus<'a>(&self, rows: impl Iterator<Item = [Value<'a>; 2]>) -> f64 {
        let Implementation::Corpus {
            width,
            row,
            combine,
        } = self.implementation
        else {
            panic!("not of sums")
        };
        let mut sums = vec![0.0; width(&self.options)];
        for args in rows {
            let mut numbers = vec![0.0; sums.len()];
            row(&args, &self.options, &mut numbers);
            sums.iter_mut().zip(numbers).for_each(|(s, n)| *s += n);
        }
        combine(&sums, &self.options)
    }

    /// The value of two columns, every row once.
    pub fn whole(&self, a: &[f64], b: &[f64]) -> f64 {
        let function = match self.implementation {
            Implementation::Whole(function) => function,
            Implementation::Swept(swept) => swept.value,
            _ => panic!("not of all rows"),
        };
        let columns = Columns {
            values: vec![a.to_vec(), b.to_vec()],
            order: vec![order(a), order(b)],
            ..Columns::default()
        };
        function(&columns, &vec![1.0; a.len()], &self.options)
    }
}

fn order(values: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));
    order
}
