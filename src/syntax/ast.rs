//! The syntax tree: what was written, item by item, with a span on everything.
//!
//! The tree is deliberately generic. A body is a list of fields whose values are expressions and
//! records; which fields an item has and what they mean is `hir`'s business. Broken parts are kept
//! as `Error` nodes, so that nothing is ever concluded from half of what was written.

use crate::text::Span;

/// A whole file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// Items in source order.
    pub items: Vec<Item>,
    /// Every comment, doc comments included, in source order.
    pub comments: Vec<Comment>,
}

/// A comment from `#` to the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to before the line end.
    pub span: Span,
    /// The text after `#` or `##`, trimmed.
    pub text: String,
    /// Whether it began with `##`.
    pub doc: bool,
}

/// A name where one is declared or used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The identifier; empty where one was expected and is missing.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// An item with what stands before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// From the head's first word to the closing brace (waivers and doc comments are outside).
    pub span: Span,
    /// `##` lines before the item.
    pub docs: Vec<Comment>,
    /// `@allow(…)` before the item.
    pub allows: Vec<Allow>,
    /// What it is.
    pub kind: ItemKind,
}

/// `@allow(code, "reason")`.
#[derive(Debug, Clone, PartialEq)]
pub struct Allow {
    /// The whole waiver.
    pub span: Span,
    /// Code or kebab-case name of a check.
    pub code: Name,
    /// The reason; `None` where it is missing (an error is reported).
    pub reason: Option<Text>,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `use …`
    Use(Use),
    /// An item with a head and a body.
    Block(Block),
    /// Text that is no item; reported once.
    Error,
}

/// `use std.serving.{a, b}`, `use std.serving`, `use "file" as name`.
#[derive(Debug, Clone, PartialEq)]
pub enum Use {
    /// `use PATH` or `use PATH.{a, b}`.
    Path {
        /// The path before the braces.
        path: Path,
        /// The names in braces; `None` without braces.
        names: Option<Vec<Name>>,
    },
    /// `use "file" as name`.
    File {
        /// The file as written.
        file: Text,
        /// The name it goes by; empty text where missing.
        name: Name,
    },
}

/// An item's head and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// What stands before the brace.
    pub head: Head,
    /// From the first to the last byte of the head.
    pub head_span: Span,
    /// The fields and rules; `None` where the braces are missing altogether.
    pub body: Option<Body>,
}

/// The keywords that declare a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the keyword of its name")]
pub enum Keyword {
    Plan,
    Dataset,
    Step,
    Component,
    Hardware,
    Metric,
    Protocol,
    System,
    Baseline,
    Candidate,
    Compare,
    Ablation,
    Factorial,
    Select,
    Decide,
    Stop,
}

impl Keyword {
    /// Every keyword, in the order of the language reference.
    pub const ALL: [Keyword; 16] = [
        Keyword::Plan,
        Keyword::Dataset,
        Keyword::Step,
        Keyword::Component,
        Keyword::Hardware,
        Keyword::Metric,
        Keyword::Protocol,
        Keyword::System,
        Keyword::Baseline,
        Keyword::Candidate,
        Keyword::Compare,
        Keyword::Ablation,
        Keyword::Factorial,
        Keyword::Select,
        Keyword::Decide,
        Keyword::Stop,
    ];

    /// As written in a plan.
    pub fn text(self) -> &'static str {
        match self {
            Keyword::Plan => "plan",
            Keyword::Dataset => "dataset",
            Keyword::Step => "step",
            Keyword::Component => "component",
            Keyword::Hardware => "hardware",
            Keyword::Metric => "metric",
            Keyword::Protocol => "protocol",
            Keyword::System => "system",
            Keyword::Baseline => "baseline",
            Keyword::Candidate => "candidate",
            Keyword::Compare => "compare",
            Keyword::Ablation => "ablation",
            Keyword::Factorial => "factorial",
            Keyword::Select => "select",
            Keyword::Decide => "decide",
            Keyword::Stop => "stop",
        }
    }
}

/// What stands before an item's brace.
#[derive(Debug, Clone, PartialEq)]
pub enum Head {
    /// `plan|dataset|step|component|hardware|metric|protocol|system|baseline|candidate NAME [(p, q)] [from SYS]`
    Declare {
        /// Which of the ten.
        keyword: Keyword,
        /// The declared name.
        name: Name,
        /// Parameters of a metric or protocol.
        params: Vec<Name>,
        /// The system inherited from.
        from: Option<SystemRef>,
    },
    /// `compare SYS with SYSS`
    Compare {
        /// The system compared.
        subject: SystemRef,
        /// What it is compared with.
        against: Vec<SystemRef>,
    },
    /// `ablation of SYS`
    Ablation {
        /// The reference.
        of: SystemRef,
    },
    /// `factorial of SYS`
    Factorial {
        /// The reference.
        of: SystemRef,
    },
    /// `select NAME from SYSS`
    Select {
        /// The name of the choice.
        name: Name,
        /// The systems chosen among.
        from: Vec<SystemRef>,
    },
    /// `decide [NAME] for SYS against SYS`
    Decide {
        /// The decision's own name.
        name: Option<Name>,
        /// The system decided on.
        subject: SystemRef,
        /// What it is judged against.
        against: SystemRef,
    },
    /// `stop for SYS against SYS`
    Stop {
        /// The system looked at.
        subject: SystemRef,
        /// What it is judged against.
        against: SystemRef,
    },
    /// A head that is not understood. Its name, where it has one, still counts as declared,
    /// so that nothing cascades from a misspelt keyword.
    Broken {
        /// The first word.
        word: Name,
        /// The keyword the first word was surely meant to be, where there is one.
        meant: Option<Keyword>,
        /// The name after it.
        name: Option<Name>,
    },
}

/// `SYS = PATH [ "[" args "]" ] ( - NAME )*`
#[derive(Debug, Clone, PartialEq)]
pub struct SystemRef {
    /// The whole reference.
    pub span: Span,
    /// The system's path.
    pub path: Path,
    /// What stands in square brackets.
    pub levels: Vec<Arg>,
    /// The components taken away.
    pub minus: Vec<Name>,
}

/// `a.b.c`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The whole path.
    pub span: Span,
    /// At least one name. The last has empty text where a name is missing after a dot.
    pub names: Vec<Name>,
}

impl Path {
    /// The path as text, joined by dots.
    pub fn text(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(|n| n.text.as_str()).collect();
        names.join(".")
    }

    /// The only name of a path of one.
    pub fn single(&self) -> Option<&Name> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

/// The braces of an item, or of a record in a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Braces included.
    pub span: Span,
    /// Entries in source order.
    pub entries: Vec<Entry>,
    /// Whether the closing brace was there. Without it, fields that belong to something below may
    /// have been adopted; nobody should complain of them.
    pub closed: bool,
}

impl Body {
    /// The fields that were understood.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.entries.iter().filter_map(|e| match e {
            Entry::Field(f) => Some(f),
            Entry::Rule(_) | Entry::Error(_) => None,
        })
    }

    /// Whether some entry was not understood.
    pub fn has_error(&self) -> bool {
        self.entries.iter().any(|e| matches!(e, Entry::Error(_)))
    }
}

/// One entry of a body.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// `name: value`
    Field(Field),
    /// `outcome when condition`, `outcome otherwise`
    Rule(Rule),
    /// Something else; reported.
    Error(Span),
}

/// `name: value`
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// From name to the end of the value.
    pub span: Span,
    /// The field's name. A quoted name is kept without its quotes.
    pub name: Name,
    /// The value.
    pub value: Value,
}

/// `outcome when condition` or `outcome otherwise`
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// From outcome to the end of the condition.
    pub span: Span,
    /// The outcome.
    pub outcome: Name,
    /// The condition; `None` for `otherwise`.
    pub when: Option<Expr>,
}

/// `record | expr [record]`
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The whole value.
    pub span: Span,
    /// The expression before the record; `None` for a record alone.
    pub expr: Option<Expr>,
    /// The record of options.
    pub record: Option<Body>,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// What an expression is. One grammar serves values, formulas and conditions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `30_000`, `95%`, `0.04USD/h`
    Quantity(Quantity),
    /// `"…"`
    Text(Text),
    /// `a.b.c`
    Path(Path),
    /// `[a, b: c]`
    List(Vec<Arg>),
    /// `( … )`
    Paren(Box<Expr>),
    /// `f(a, k: b)`
    Call {
        /// What is called.
        path: Path,
        /// Its arguments.
        args: Vec<Arg>,
    },
    /// `sys[component: level]`
    Index {
        /// The system.
        path: Path,
        /// What stands in the brackets.
        args: Vec<Arg>,
    },
    /// `every path ( … )`
    Every {
        /// The slice.
        path: Path,
        /// What has to hold in each of its parts.
        body: Box<Expr>,
    },
    /// `mean over class c of ( … )`
    Over {
        /// How the parts are put together.
        fold: Fold,
        /// The bound name.
        name: Name,
        /// What is computed for each class.
        body: Box<Expr>,
    },
    /// `max by g of ( … )`, `sum by bins(score, 15) of ( … )`
    By {
        /// How the parts are put together.
        fold: Fold,
        /// The column, parameter or function that groups the rows.
        path: Path,
        /// Its arguments, where it is a call.
        args: Option<Vec<Arg>>,
        /// What is computed for each group.
        body: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left operand.
        left: Box<Expr>,
        /// Right operand.
        right: Box<Expr>,
    },
    /// `-a`, `not a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// Its operand.
        operand: Box<Expr>,
    },
    /// Something that was expected and is missing, or could not be read; reported.
    Error,
}

/// `mean`, `sum`, `min`, `max` before `over` or `by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the fold of its name")]
pub enum Fold {
    Mean,
    Sum,
    Min,
    Max,
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Range,
    Add,
    Sub,
    Mul,
    Div,
}

impl BinaryOp {
    /// As written.
    pub fn text(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::In => "in",
            BinaryOp::Range => "..",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
        }
    }
}

/// Operators before one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the operator of its name")]
pub enum UnaryOp {
    Neg,
    Not,
}

/// An argument of a call, list or variant.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    /// The whole argument.
    pub span: Span,
    /// The name before the colon.
    pub name: Option<Name>,
    /// The value.
    pub value: Value,
}

/// A number with the unit written at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number, before any unit is applied (`95%` is 95). Non-negative.
    pub number: f64,
    /// The number as written, underscores included.
    pub digits: String,
    /// The unit as written, blanks left out: `%`, `pp`, `ms`, `USD/h`, `/s`.
    pub unit: Option<Name>,
}

/// A string literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Quotes included.
    pub span: Span,
    /// The value, escapes resolved.
    pub value: String,
    /// The text between the quotes as written; byte `i` of it lies at `span.start + 1 + i`.
    pub raw: String,
}
