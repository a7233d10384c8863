//! What the claims of a plan can show before anything is run: how many units each rests on, the
//! smallest effect it can establish, and how many units the effect asked for would need.
//!
//! By closed forms where they hold, by simulation from the declared disagreement where none does, and
//! as bounds where nothing is declared. It opens no file: sizes that were read are handed in. Start
//! with [`claims`] and [`assess`].

mod assess;
mod claims;
mod needed;
pub mod scores;
pub mod simulate;
pub mod sizes;

pub use assess::{Assessment, Basis, Between, Effort, Enough, Why, assess, chance};
pub use claims::{Claim, Contrast, Family, Kind, Part, alpha, claims, corrected, level, wished};
pub use needed::{Ask, Asked, Needed, favourable, needed};
