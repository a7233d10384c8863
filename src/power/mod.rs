//! What the claims of a plan can show before anything is run: how many units each rests on, the
//! smallest effect it can establish, and how many units the effect asked for would need.

pub mod sizes;
