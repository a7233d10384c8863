//! The result of a run as people and tools read it: terminal text, Markdown, JSON.
//!
//! Every view shows the one model of `result`; nothing is computed here. Both texts are made from the
//! same [`blocks`], verdict first. Numbers are written by [`number`] alone.

mod answer;
pub mod blocks;
mod closing;
mod decisions;
mod details;
mod factorials;
pub mod layout;
mod looks;
mod markdown;
mod models;
pub mod number;
mod power;
mod rankings;
mod registration;
mod selections;
mod served;
mod studies;
pub mod table;
mod terminal;
mod values;

pub use answer::{Guessed, answer, answer_json};
pub use markdown::markdown;
pub use power::{Effect, idle_effects, power, power_json, power_within, smallest_within};
pub use served::{Asked, served};
pub use terminal::terminal;

use crate::result::RunResult;
use blocks::{Block, Detail};

/// The result as JSON: arrays sorted, absent where nothing is claimed, ended by a newline.
pub fn json(result: &RunResult) -> String {
    let mut result = result.clone();
    result.sort();
    // Every map has string keys and every number is finite: writing cannot fail.
    serde_json::to_string_pretty(&result)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// The blocks of a report in reading order; `plus_minus` is how that sign is spelt.
pub fn compose(result: &RunResult, detail: Detail, plus_minus: &str) -> Vec<Block> {
    let mut result = result.clone();
    result.sort();
    let mut blocks = vec![models::title(&result)];
    blocks.extend(decisions::blocks(&result));
    blocks.extend(registration::deviations(&result));
    blocks.extend(selections::blocks(&result, plus_minus));
    blocks.extend(models::blocks(&result, plus_minus));
    blocks.extend(details::blocks(&result, detail, plus_minus));
    blocks.extend(rankings::blocks(&result));
    blocks.extend(looks::blocks(&result));
    blocks.extend(registration::drift(&result));
    blocks.extend(studies::blocks(&result, detail));
    blocks.extend(closing::blocks(&result));
    blocks
}
