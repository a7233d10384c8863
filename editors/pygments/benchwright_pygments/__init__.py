"""A Pygments lexer for Bench, the language of machine-learning evaluation plans.

What a word is follows from where it stands, as in the grammar. Names are not told apart, since only the language
server knows what they stand for.
"""

import re

from pygments.lexer import RegexLexer, bygroups, default, include
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from .words import BUILTINS, FIELDS, FOLDS, HEADS, ITEMS, OPERATORS, RULES, UNITS

__all__ = ["BenchLexer"]

NAME = r"[^\W\d]\w*"
NUMBER = r"(?:[0-9](?:_*[0-9])*(?:\.[0-9](?:_*[0-9])*)?|\.[0-9](?:_*[0-9])*)(?:[eE][+-]?[0-9]+)?"
NO_UNIT = r"(?!(?:" + "|".join(OPERATORS + RULES) + r")\b)"
# Of a unit behind a blank nothing may follow that would make it a name.
DETACHED = (
    r"[ \t]+" + NO_UNIT + r"(?:%|" + NAME + r"(?:/" + NAME + r")?"
    r"(?![\w/]|[ \t]*(?:[:(\[]|=(?!=)|\.(?!\.)|(?:" + "|".join(RULES) + r")\b)))"
)
ATTACHED = r"%|/(?:s|min|h)(?![\w(])|" + NO_UNIT + NAME + r"(?:/" + NAME + r")?"
KNOWN_UNITS = frozenset(UNITS)


def any_of(names):
    return r"(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")"


def quantity(lexer, match, ctx=None):
    """A number, and its unit: a word of the language, or one that it does not know."""
    yield match.start(), Number, match.group(1)
    if not match.group(2):
        return
    unit = match.group(2)
    blank = len(unit) - len(unit.lstrip(" \t"))
    if blank:
        yield match.start(2), Whitespace, unit[:blank]
    parts = [p for p in re.split(r"[/%]", unit[blank:]) if p]
    known = all(p in KNOWN_UNITS for p in parts)
    yield match.start(2) + blank, Number.Unit if known else Number.Unit.Unknown, unit[blank:]


class BenchLexer(RegexLexer):
    """For ``.bench`` plans."""

    name = "Bench"
    aliases = ["bench"]
    filenames = ["*.bench"]
    mimetypes = ["text/x-bench"]
    flags = re.MULTILINE | re.UNICODE

    tokens = {
        "root": [
            include("space"),
            (r"(@allow)(\s*)(\()", bygroups(Name.Decorator, Whitespace, Punctuation), "allow"),
            (r'(use)\b(?=\s+[^\W\d]|\s+")', Keyword.Namespace, "use"),
            (r"(metric|protocol)(\s+)(" + NAME + r")(\s*)(\()", bygroups(Keyword.Declaration, Whitespace, Name.Function, Whitespace, Punctuation), "parameters"),
            (r"(metric|protocol)(\s+)(" + NAME + r")", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
            (r"(stop|decide)(\s+)(for)\b", bygroups(Keyword.Declaration, Whitespace, Keyword), "head"),
            (r"(ablation|factorial)(\s+)(of)\b", bygroups(Keyword.Declaration, Whitespace, Keyword), "head"),
            (r"(compare)\b", Keyword.Declaration, "head"),
            (r"(" + any_of(ITEMS) + r")(\s+)(" + NAME + r")", bygroups(Keyword.Declaration, Whitespace, Name.Class), "head"),
            (r"\{", Punctuation, "block"),
            (r"[)\]}]", Punctuation),
            (NAME, Name),
            (r"[^\s]", Punctuation),
        ],
        "space": [
            (r"[\s\ufeff]+", Whitespace),
            (r"##.*$", Comment.Special),
            (r"#.*$", Comment.Single),
        ],
        "allow": [
            include("space"),
            include("string"),
            (r",", Punctuation),
            (r"\)", Punctuation, "#pop"),
            (r"[\w-]+", Name.Constant),
            default("#pop"),
        ],
        "use": [
            (r"[ \t]+", Whitespace),
            (r"#.*$", Comment.Single),
            include("string"),
            (r'(?<=")([ \t]*)(as)\b', bygroups(Whitespace, Keyword.Namespace)),
            (r"\bas\b(?=[ \t]+[^\W\d])", Keyword.Namespace),
            (r"\{", Punctuation, "imports"),
            (NAME, Name.Namespace),
            (r"\.", Punctuation),
            default("#pop"),
        ],
        "imports": [
            include("space"),
            (r",", Punctuation),
            (r"\}", Punctuation, "#pop"),
            (NAME, Name),
            default("#pop"),
        ],
        "parameters": [
            include("space"),
            (r",", Punctuation),
            (r"\)", Punctuation, "#pop"),
            (NAME, Name.Variable),
            default("#pop"),
        ],
        "head": [
            (r"[ \t]+", Whitespace),
            (r"#.*$", Comment.Single),
            (any_of(HEADS) + r"\b(?=[ \t]+[^\W\d]|[ \t]*\[)", Keyword),
            (r"-", Operator),
            (r"\[", Punctuation, "brackets"),
            (r"\.", Punctuation),
            (NAME, Name),
            default("#pop"),
        ],
        "block": [
            (r"\}", Punctuation, "#pop"),
            (r"(?<![\w.])(" + any_of(FIELDS) + r")(?!\w)(\s*)(:)", bygroups(Name.Attribute, Whitespace, Punctuation)),
            (r"(" + NAME + r')(\s*)(:)', bygroups(Name.Property, Whitespace, Punctuation)),
            (r'("(?:[^"\\\n]|\\.)*")(\s*)(:)', bygroups(Name.Property, Whitespace, Punctuation)),
            (r"(" + NAME + r")(\s+)(" + any_of(RULES) + r")\b", bygroups(Name.Label, Whitespace, Keyword)),
            include("expression"),
        ],
        "brackets": [
            (r"[)\]]", Punctuation, "#pop"),
            (r"(" + NAME + r')(\s*)(:)', bygroups(Name.Variable, Whitespace, Punctuation)),
            (r'("(?:[^"\\\n]|\\.)*")(\s*)(:)', bygroups(Name.Variable, Whitespace, Punctuation)),
            include("expression"),
        ],
        "expression": [
            include("space"),
            include("string"),
            (r"(?<![\w])(" + NUMBER + r")((?:" + ATTACHED + "|" + DETACHED + r")?)", quantity),
            (r"\b" + any_of(OPERATORS) + r"\b(?!\s*:)", Operator.Word),
            (r"\b(" + any_of(FOLDS) + r")(\s+)(over)(\s+)(class)(\s+)(" + NAME + r")(\s+)(of)\b", bygroups(Name.Function.Magic, Whitespace, Keyword, Whitespace, Keyword, Whitespace, Name, Whitespace, Keyword)),
            (r"\b(" + any_of(FOLDS) + r")(\s+)(by)(?=\s+[^\W\d])", bygroups(Name.Function.Magic, Whitespace, Keyword)),
            (r"\bof\b(?=\s*\()", Keyword),
            (r"(?<![.\w])" + any_of(FOLDS) + r"(?=\s*\()", Name.Function.Magic),
            (r"(?<!\w)" + any_of(BUILTINS) + r"(?=\s*\()", Name.Builtin),
            (NAME + r"(?=\s*\()", Name.Function),
            (r"[\[(]", Punctuation, "brackets"),
            (r"\{", Punctuation, "block"),
            (r"==|!=|<=|>=|<|>|\.\.|[-+*/]", Operator),
            (r"[,.:;)\]}]", Punctuation),
            (NAME, Name),
        ],
        "string": [(r'"', String.Double, "inside")],
        "inside": [
            (r'"', String.Double, "#pop"),
            (r"\\.", String.Escape),
            (r"\{\{|\}\}", String.Double),
            (r"\{" + NAME + r'(?::[^"{}|\n]*\|[^"{}|\n]*)?\}', String.Interpol),
            (r'[^"\\{}\n]+', String.Double),
            (r"[{}]", String.Double),
            (r"(?=\n)", String.Double, "#pop"),
        ],
    }
