//! What a check of seal and ledger is handed.

use super::entry::{Entry, Event, Partition};
use super::ledger::Ledger;
use super::standing::Standing;
use crate::hir::{DataRef, Meaning, Plan};
use crate::text::Span;
use std::collections::BTreeSet;

/// A plan, its seal, and the ledger of its folder.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The resolved plan.
    pub plan: &'a Plan,
    /// What it says.
    pub meaning: &'a Meaning,
    /// Hash of that.
    pub meaning_sha256: &'a str,
    /// How it stands to its seal.
    pub standing: &'a Standing,
    /// The ledger.
    pub ledger: &'a Ledger,
    /// The plan's name in it.
    pub name: &'a str,
    /// Its held-out rows, and where a claim names them first.
    pub held_out: &'a [(DataRef, Span)],
    /// The same rows by what they hold, as far as they could be read.
    pub partitions: &'a [Partition],
    /// The systems that its claims are about.
    pub subjects: &'a [String],
    /// What its result depends on; `None` before the outputs are read.
    pub key: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// Where the plan as a whole stands.
    pub fn head(&self) -> Span {
        let named = self.plan.header.as_ref().map(|h| h.common.name_span);
        named.unwrap_or(Span::new(self.plan.root, 0, 0))
    }

    /// Where a claim names the rows first.
    pub fn place(&self, partition: &Partition) -> Span {
        let mut named = self.held_out.iter();
        let found = named.find(|(on, _)| self.plan.show_data(on) == partition.name);
        found.map_or_else(|| self.head(), |(_, span)| *span)
    }

    /// The ledger's entry of the seal.
    pub fn sealing(&self) -> Option<&'a Entry> {
        let lock = &self.standing.sealed.as_ref()?.lock_sha256;
        self.ledger.entries.iter().find(|e| match &e.event {
            Event::Seal { lock_sha256, .. } => lock_sha256 == lock,
            _ => false,
        })
    }

    /// Every earlier look at rows: entries before the first one of this very result.
    pub fn looks(&self) -> impl Iterator<Item = Look<'a>> {
        let own = self.ledger.entries.iter().position(|e| match &e.event {
            Event::Access { key, .. } => Some(key.as_str()) == self.key,
            _ => false,
        });
        let until = own.unwrap_or(self.ledger.entries.len());
        let before = self.ledger.entries.get(..until).unwrap_or_default();
        before.iter().filter_map(Look::of)
    }

    /// Every look at rows that the ledger has.
    pub fn all_looks(&self) -> impl Iterator<Item = Look<'a>> {
        self.ledger.entries.iter().filter_map(Look::of)
    }

    /// Whether a look was at some of the plan's rows.
    pub fn same_rows(&self, look: &Look<'_>) -> bool {
        self.partitions.iter().any(|p| look.at(p))
    }

    /// Whether a look was at a system that this plan is about, or by this plan.
    pub fn same_matter(&self, look: &Look<'_>) -> bool {
        let mine: BTreeSet<&str> = self.subjects.iter().map(String::as_str).collect();
        look.plan == self.name || look.subjects.iter().any(|s| mine.contains(s.as_str()))
    }
}

/// One look at held-out rows.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Its entry.
    pub entry: &'a Entry,
    /// The plan that looked.
    pub plan: &'a str,
    /// Hash of its meaning.
    pub meaning_sha256: &'a str,
    /// What its result depends on.
    pub key: &'a str,
    /// The rows.
    pub partitions: &'a [Partition],
    /// The systems that it was about.
    pub subjects: &'a [String],
    /// What it decided.
    pub decides: &'a [String],
}

impl<'a> Look<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        match &entry.event {
            Event::Access {
                plan,
                meaning_sha256,
                key,
                partitions,
                subjects,
                decides,
                ..
            } => Some(Look {
                entry,
                plan,
                meaning_sha256,
                key,
                partitions,
                subjects,
                decides,
            }),
            _ => None,
        }
    }

    /// Whether it was at these rows.
    pub fn at(&self, partition: &Partition) -> bool {
        let mut own = self.partitions.iter();
        own.any(|p| p.rows_sha256 == partition.rows_sha256)
    }
}
