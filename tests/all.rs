//! Integration tests, one binary. A file beside this one would be a binary of its own: each module has a folder.

mod render;
mod report;
mod support;
