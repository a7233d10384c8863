//! What a run is handed and where its outputs lie: templates with their holes filled.

use super::*;
use crate::hir::template::Template;
use crate::text::Spanned;

/// How a component at a level reaches a command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// As text that stands in `{flags}`.
    Flag(String),
    /// As an environment variable: its name and what it carries.
    Variable(String, String),
}

impl Plan {
    /// The file of a run's outputs, as the plan writes it, holes filled; `repeat` of a cross-validation is counted from
    /// 0, and `None` of outputs on other rows.
    pub fn output_file(
        &self,
        template: &Template,
        variant: &Variant,
        seed: Option<u64>,
        repeat: Option<u32>,
    ) -> Option<String> {
        let seed = seed.map_or(String::new(), |s| s.to_string());
        let repeat = repeat.map_or(0, |r| r + 1).to_string();
        template.fill(|name, choice| {
            Some(match name {
                "seed" => seed.clone(),
                "repeat" => repeat.clone(),
                _ => self.spelt(variant, name, choice)?,
            })
        })
    }

    /// The same with `seed` in place of a seed, and the hole of repeats as it stands.
    pub fn output_name(
        &self,
        template: &Template,
        variant: &Variant,
        seed: &str,
    ) -> Option<String> {
        template.fill(|name, choice| {
            Some(match name {
                "seed" => seed.to_string(),
                "repeat" => "{repeat}".to_string(),
                _ => self.spelt(variant, name, choice)?,
            })
        })
    }

    /// How often the rows were dealt, where they are those of a cross-validation.
    pub fn repeats(&self, on: &DataRef) -> Option<u32> {
        let folds = self.datasets[on.dataset].folds.as_ref()?;
        (on.part.as_deref() == Some(FOLDS)).then_some(folds.repeats)
    }

    /// What tells the command of a variant from those of others: the holes of components, system and variant are
    /// filled, and those that every run fills in its own way stay. The variables come before the command, as in a shell.
    pub fn command(&self, template: &Template, variant: &Variant) -> Option<String> {
        let reaching = self.reaching(variant);
        let flags = reaching.iter().filter_map(|r| match r {
            Reach::Flag(text) => Some(text.as_str()),
            Reach::Variable(..) => None,
        });
        let flags = flags.collect::<Vec<_>>().join(" ");
        let command = template.fill(|name, choice| {
            Some(match name {
                "flags" => flags.clone(),
                "level" => self.spell(variant),
                _ => match self.spelt(variant, name, choice) {
                    Some(text) => text,
                    None => format!("{{{name}}}"),
                },
            })
        })?;
        let variables = reaching.iter().filter_map(|r| match r {
            Reach::Variable(name, level) => Some(format!("{name}={level} ")),
            Reach::Flag(_) => None,
        });
        Some(variables.collect::<String>() + &command)
    }

    /// What fills a hole that holds the system, the variant or a component.
    pub fn spelt(
        &self,
        variant: &Variant,
        name: &str,
        choice: Option<(&str, &str)>,
    ) -> Option<String> {
        match name {
            "system" => return Some(self.systems[variant.system].common.name.clone()),
            "variant" => return Some(self.spell(variant)),
            _ => {}
        }
        let levels = self.configuration(variant);
        let (id, level) = levels
            .iter()
            .find(|(c, _)| self.components[**c].common.name == name)?;
        let component = &self.components[*id];
        match choice {
            Some((on, _)) if component.absent != Some(*level) => Some(on.to_string()),
            Some((_, off)) => Some(off.to_string()),
            None => component.levels.get(*level).cloned(),
        }
    }

    /// How the variant's components reach a command, in declared order.
    fn reaching(&self, variant: &Variant) -> Vec<Reach> {
        let levels = self.configuration(variant);
        self.systems[variant.system]
            .components
            .iter()
            .filter_map(|c| Some((c.value, *levels.get(&c.value)?)))
            .flat_map(|(c, level)| self.reach(c, level))
            .collect()
    }

    /// How a component at a level reaches a command.
    pub fn reach(&self, component: Id<Component>, level: usize) -> Vec<Reach> {
        let c = &self.components[component];
        let there = c.absent != Some(level);
        let name = c.levels.get(level).map_or("", String::as_str);
        let fill = |text: &Spanned<String>| Reach::Flag(text.value.replace("{level}", name));
        let mut found = Vec::new();
        if let Some(flag) = c.reach.get("flag")
            && (there || flag.value.contains("{level}"))
        {
            found.push(fill(flag));
        }
        found.extend(c.reach.get("on").filter(|_| there).map(fill));
        found.extend(c.reach.get("off").filter(|_| !there).map(fill));
        if let Some(variable) = c.reach.get("env") {
            found.push(Reach::Variable(variable.value.clone(), name.to_string()));
        }
        found
    }

    /// Whether the outputs of two systems, read from one file, come from the same column for every role that
    /// both have. A wide file holds the outputs of several systems, each in a column of its own.
    pub fn same_columns(&self, one: Id<System>, other: Id<System>) -> bool {
        let columns = |id: Id<System>| self.systems[id].outputs.as_ref()?.columns();
        let (Some(mine), Some(theirs)) = (columns(one), columns(other)) else {
            return true;
        };
        mine.iter().all(|m| {
            let of_role = theirs.iter().find(|t| t.role.value == m.role.value);
            of_role.is_none_or(|t| t.column.value == m.column.value)
        })
    }
}
