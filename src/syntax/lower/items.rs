//! Files, items and heads.

use super::super::ast::{
    Allow, Block, Body, Comment, Head, Item, ItemKind, Keyword, Name, Path, SystemRef, Text, Use,
};
use super::super::errors::Fault;
use super::super::explain;
use super::super::grammar::{Node, Rule, part, parts};
use super::Lower;
use crate::text::Span;

impl Lower<'_> {
    pub(super) fn items(&self, root: &Node<'_>, comments: &[Comment]) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for node in parts(root).filter(|n| n.as_rule() != Rule::EOI) {
            let errors_before = self.errors.borrow().len();
            let mut item = self.item(&node);
            let end = items.last().map_or(0, |i| i.span.end);
            item.docs = docs_before(&item, end, comments);
            let unclosed_string = self.errors.borrow()[errors_before..]
                .iter()
                .any(|e| e.fault == Fault::UnclosedString);
            self.check_braces(&mut item, unclosed_string);
            if !items.is_empty() {
                self.check_line(&item, end);
            }
            items.push(item);
        }
        items
    }

    fn item(&self, node: &Node<'_>) -> Item {
        let allows: Vec<Allow> = parts(node)
            .filter(|n| n.as_rule() == Rule::allow)
            .map(|n| self.allow(&n))
            .collect();
        let (span, kind) = match node.as_rule() {
            Rule::item => self.whole_item(node),
            Rule::broken_item => self.broken_item(node),
            _ => self.skipped_item(node),
        };
        Item {
            span,
            docs: Vec::new(),
            allows,
            kind,
        }
    }

    /// An item that follows another one on its line.
    fn check_line(&self, item: &Item, end: u32) {
        let start = item
            .allows
            .first()
            .map_or(item.span.start, |a| a.span.start);
        let gap = Span::new(self.file, end, start.max(end));
        let same_line = !self.slice(gap).contains(['\n', '\r']);
        if same_line && item.kind != ItemKind::Error {
            let at = item.span.at_start();
            self.note(Span::new(at.file, start, start), Fault::SameLine { gap });
        }
    }

    fn allow(&self, node: &Node<'_>) -> Allow {
        let span = self.tight(node);
        let code =
            part(node, Rule::allow_code).map_or_else(|| self.missing_name(span), |n| self.name(&n));
        let reason = part(node, Rule::text).map(|n| self.text(&n));
        if reason.as_ref().is_none_or(|r| r.value.trim().is_empty()) {
            let code = code.text.clone();
            self.note(span, Fault::WaiverReason { code });
        }
        Allow { span, code, reason }
    }

    fn whole_item(&self, node: &Node<'_>) -> (Span, ItemKind) {
        let whole = self.span(node);
        if let Some(n) = part(node, Rule::use_item) {
            return (self.tight(&n), ItemKind::Use(self.use_item(&n)));
        }
        match part(node, Rule::block_item) {
            Some(n) => (self.tight(&n), ItemKind::Block(self.block_item(&n))),
            None => (whole, ItemKind::Error),
        }
    }

    fn use_item(&self, node: &Node<'_>) -> Use {
        match part(node, Rule::use_file) {
            Some(n) => self.use_file(&n),
            None => self.use_path(part(node, Rule::use_path).as_ref().unwrap_or(node)),
        }
    }

    fn use_file(&self, node: &Node<'_>) -> Use {
        let span = self.tight(node);
        let file = part(node, Rule::text).map(|n| self.text(&n));
        let name = part(node, Rule::ident).map(|n| self.name(&n));
        if name.is_none() {
            self.note(span, Fault::UseWithoutName);
        }
        Use::File {
            file: file.unwrap_or_else(|| Text {
                span,
                value: String::new(),
                raw: String::new(),
            }),
            name: name.unwrap_or_else(|| self.missing_name(span)),
        }
    }

    fn use_path(&self, node: &Node<'_>) -> Use {
        let names = part(node, Rule::use_names).map(|n| self.idents(&n));
        let path = part(node, Rule::path).map(|n| self.path(&n));
        Use::Path {
            path: path.unwrap_or_else(|| Path {
                span: self.tight(node),
                names: vec![self.missing_name(self.tight(node))],
            }),
            names,
        }
    }

    fn idents(&self, node: &Node<'_>) -> Vec<Name> {
        parts(node)
            .filter(|n| n.as_rule() == Rule::ident)
            .map(|n| self.name(&n))
            .collect()
    }

    fn block_item(&self, node: &Node<'_>) -> Block {
        let head_node = part(node, Rule::head);
        let head_span = head_node
            .as_ref()
            .map_or_else(|| self.span(node), |n| self.tight(n));
        let head = head_node
            .and_then(|n| parts(&n).next())
            .and_then(|n| self.head(&n))
            .unwrap_or_else(|| Head::Broken {
                word: self.missing_name(head_span.at_start()),
                meant: None,
                name: None,
            });
        let body = parts(node)
            .find(|n| n.as_rule() != Rule::head)
            .and_then(|n| self.item_body(&n, head_span));
        Block {
            head,
            head_span,
            body,
        }
    }

    fn item_body(&self, node: &Node<'_>, head: Span) -> Option<Body> {
        match node.as_rule() {
            Rule::block => Some(self.body(node)),
            Rule::brace_below => {
                let block = part(node, Rule::block)?;
                let open = self.span(&block).start;
                let gap = Span::new(self.file, head.end, open);
                let brace = Span::new(self.file, open, open + 1);
                let only_blank = self.slice(gap).trim().is_empty();
                let gap = only_blank.then_some(gap);
                self.note(brace, Fault::BraceBelow { gap });
                Some(self.body(&block))
            }
            Rule::lost_open => {
                self.note(head, Fault::MissingOpen);
                Some(self.body(node))
            }
            _ => {
                self.note(head, Fault::MissingBody);
                None
            }
        }
    }

    fn head(&self, node: &Node<'_>) -> Option<Head> {
        match node.as_rule() {
            Rule::declare => self.declare(node),
            Rule::compare => Some(Head::Compare {
                subject: self.first_system(node)?,
                against: self.systems(node),
            }),
            Rule::ablation => Some(Head::Ablation {
                of: self.first_system(node)?,
            }),
            Rule::factorial => Some(Head::Factorial {
                of: self.first_system(node)?,
            }),
            Rule::select => Some(Head::Select {
                name: self.name(&part(node, Rule::ident)?),
                from: self.systems(node),
            }),
            Rule::decide => {
                let (subject, against) = self.two_systems(node)?;
                Some(Head::Decide {
                    name: part(node, Rule::ident).map(|n| self.name(&n)),
                    subject,
                    against,
                })
            }
            Rule::stop => {
                let (subject, against) = self.two_systems(node)?;
                Some(Head::Stop { subject, against })
            }
            _ => None,
        }
    }

    fn declare(&self, node: &Node<'_>) -> Option<Head> {
        let from = part(node, Rule::from).and_then(|n| self.first_system(&n));
        Some(Head::Declare {
            keyword: keyword(part(node, Rule::kw_declare)?.as_str())?,
            name: self.name(&part(node, Rule::ident)?),
            params: part(node, Rule::params).map_or_else(Vec::new, |n| self.idents(&n)),
            from,
        })
    }

    fn first_system(&self, node: &Node<'_>) -> Option<SystemRef> {
        self.system(&part(node, Rule::system)?)
    }

    fn two_systems(&self, node: &Node<'_>) -> Option<(SystemRef, SystemRef)> {
        let mut found = parts(node).filter(|n| n.as_rule() == Rule::system);
        Some((self.system(&found.next()?)?, self.system(&found.next()?)?))
    }

    fn systems(&self, node: &Node<'_>) -> Vec<SystemRef> {
        part(node, Rule::systems).map_or_else(Vec::new, |list| {
            parts(&list).filter_map(|n| self.system(&n)).collect()
        })
    }

    fn system(&self, node: &Node<'_>) -> Option<SystemRef> {
        let minus = parts(node)
            .filter(|n| n.as_rule() == Rule::minus)
            .filter_map(|n| self.minus(&n))
            .collect();
        Some(SystemRef {
            span: self.tight(node),
            path: self.path(&part(node, Rule::path)?),
            levels: part(node, Rule::index).map_or_else(Vec::new, |n| self.args(&n)),
            minus,
        })
    }

    fn minus(&self, node: &Node<'_>) -> Option<Name> {
        if let Some(sign) = part(node, Rule::minus_sign)
            && sign.as_str() != "-"
        {
            let fault = Fault::Operator {
                written: sign.as_str().to_owned(),
                meant: "-",
            };
            self.note(self.span(&sign), fault);
        }
        part(node, Rule::ident).map(|n| self.name(&n))
    }

    fn broken_item(&self, node: &Node<'_>) -> (Span, ItemKind) {
        let whole = self.tight(node);
        let (Some(head), Some(block)) = (part(node, Rule::broken_head), part(node, Rule::block))
        else {
            return (whole, ItemKind::Error);
        };
        let text = head.as_str().trim_end();
        let start = self.span(&head).start;
        let head_span = self.range(start as usize, start as usize + text.len());
        let kind = explain::broken_head(head_span, text);
        self.errors.borrow_mut().push(kind.error);
        let name_at = |(from, to): (usize, usize)| Name {
            text: text.get(from..to).unwrap_or("").to_owned(),
            span: self.range(start as usize + from, start as usize + to),
        };
        let head = Head::Broken {
            word: name_at(kind.word),
            meant: kind.meant,
            name: kind.name.map(name_at),
        };
        let body = Some(self.body(&block));
        let span = head_span.to(self.tight(&block));
        (
            span,
            ItemKind::Block(Block {
                head,
                head_span,
                body,
            }),
        )
    }

    fn skipped_item(&self, node: &Node<'_>) -> (Span, ItemKind) {
        let start = node.as_span().start();
        let text = node.as_str().trim_end();
        let span = self.range(start, start + text.len());
        let error = explain::skipped_item(span, text);
        self.errors.borrow_mut().push(error);
        (span, ItemKind::Error)
    }
}

/// The `##` lines between byte `end` and the item.
fn docs_before(item: &Item, end: u32, comments: &[Comment]) -> Vec<Comment> {
    let from = comments.partition_point(|c| c.span.start < end);
    comments
        .iter()
        .skip(from)
        .take_while(|c| c.span.start < item.span.start)
        .filter(|c| c.doc)
        .cloned()
        .collect()
}

fn keyword(text: &str) -> Option<Keyword> {
    Keyword::ALL.into_iter().find(|k| k.text() == text)
}
