//! The pest parser. Its rules stay inside `syntax`.

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};
use std::sync::LazyLock;

/// The parser that pest derives from the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/bench.pest"]
pub struct BenchParser;

/// One parsed production.
pub type Node<'i> = Pair<'i, Rule>;

/// The operators from loosest to tightest.
pub static OPERATORS: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::or_op, Assoc::Left))
        .op(Op::infix(Rule::and_op, Assoc::Left))
        .op(Op::prefix(Rule::not_op))
        .op(Op::infix(Rule::cmp_op, Assoc::Left))
        .op(Op::infix(Rule::range_op, Assoc::Left))
        .op(Op::infix(Rule::add_op, Assoc::Left))
        .op(Op::infix(Rule::mul_op, Assoc::Left))
        .op(Op::prefix(Rule::neg_op) | Op::prefix(Rule::plus_op))
});

/// The parts of a production, comments left out.
pub fn parts<'i>(node: &Node<'i>) -> impl Iterator<Item = Node<'i>> + use<'i> {
    node.clone()
        .into_inner()
        .filter(|n| n.as_rule() != Rule::COMMENT)
}

/// The first part of a production with this rule.
pub fn part<'i>(node: &Node<'i>, wanted: Rule) -> Option<Node<'i>> {
    parts(node).find(|n| n.as_rule() == wanted)
}
