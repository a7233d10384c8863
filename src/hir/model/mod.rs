//! The resolved plan as data: every name bound, inheritance applied, values typed.
//!
//! Items live in arenas and refer to each other by [`Id`]. An item some part of which could not be
//! read is `broken`; what is absent from it proves nothing. Start with [`Plan`].

mod arena;
mod claims;
mod conditions;
mod factorials;
mod items;
mod plan;
mod runs;
mod systems;
mod uncertainty;

pub use arena::{Arena, Id};
pub use claims::*;
pub use conditions::*;
pub use factorials::*;
pub use items::*;
pub use plan::*;
pub use runs::*;
pub use systems::*;
pub use uncertainty::*;
