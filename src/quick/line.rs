//! A question and the command line that asks it, with the place of each of its words.

use crate::text::{FileId, SourceMap, Span, Spanned};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// What the outputs of one system score.
    #[default]
    Score,
    /// By how much those of the first differ from those of each other one.
    Compare,
}

impl Kind {
    /// The command.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Score => "score",
            Kind::Compare => "compare",
        }
    }
}

/// A question: files, and what is said of them. What is not said is guessed from the files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question<T = String> {
    /// What is asked.
    pub kind: Kind,
    /// The files of outputs.
    pub files: Vec<T>,
    /// The file of labels, where it is not the first file of outputs.
    pub truth: Option<T>,
    /// The column of labels.
    pub label: Option<T>,
    /// The columns of predictions: one for all files, or several of one file.
    pub predictions: Vec<T>,
    /// The column of scores: one, one for each class behind commas, or `p_{class}`.
    pub score: Option<T>,
    /// Other columns by their roles: `latency=latency_ms in ms`.
    pub columns: Vec<T>,
    /// The column of ids.
    pub id: Option<T>,
    /// The column of rows that belong together.
    pub group: Option<T>,
    /// The column of weights.
    pub weight: Option<T>,
    /// The metrics, as a plan writes them.
    pub metrics: Vec<T>,
    /// The positive class.
    pub positive: Option<T>,
    /// The classes.
    pub labels: Vec<T>,
    /// Columns by whose values the metrics are shown, too.
    pub slices: Vec<T>,
    /// The method of intervals.
    pub interval: Option<T>,
    /// How many resamples, or `auto`.
    pub resamples: Option<T>,
    /// The level of intervals: `95%`.
    pub level: Option<T>,
    /// The test of no difference.
    pub test: Option<T>,
    /// The correction of p values.
    pub correct: Option<T>,
}

/// A word of the command line.
pub(super) type Word = Spanned<String>;

/// The command line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) text: String,
}

impl Line {
    /// The question as a command line, and its words with their places on it.
    pub(super) fn new(q: &Question) -> (Line, Question<Word>) {
        let mut line = Line {
            text: format!("benchwright {}", q.kind.name()),
        };
        let files = q.files.iter().map(|f| line.word(f)).collect();
        let mut one = |option: &str, value: &Option<String>| -> Option<Word> {
            value.as_ref().map(|v| line.option(option, v))
        };
        let truth = one("--truth", &q.truth);
        let id = one("--id", &q.id);
        let label = one("--label", &q.label);
        let score = one("--score", &q.score);
        let group = one("--group", &q.group);
        let weight = one("--weight", &q.weight);
        let positive = one("--positive", &q.positive);
        let interval = one("--interval", &q.interval);
        let resamples = one("--resamples", &q.resamples);
        let level = one("--level", &q.level);
        let test = one("--test", &q.test);
        let correct = one("--correct", &q.correct);
        let mut all = |option: &str, values: &[String]| -> Vec<Word> {
            values.iter().map(|v| line.option(option, v)).collect()
        };
        let predictions = all("--prediction", &q.predictions);
        let columns = all("--column", &q.columns);
        let slices = all("--slice", &q.slices);
        let metrics = all("--metric", &q.metrics);
        let labels = line.list("--labels", &q.labels);
        let told = Question {
            kind: q.kind,
            files,
            truth,
            label,
            predictions,
            score,
            columns,
            id,
            group,
            weight,
            metrics,
            positive,
            labels,
            slices,
            interval,
            resamples,
            level,
            test,
            correct,
        };
        (line, told)
    }

    /// The line as the one source there is.
    pub(super) fn sources(&self) -> SourceMap {
        let mut sources = SourceMap::default();
        sources.add("command line".to_owned(), None, self.text.as_str().into());
        sources
    }

    fn option(&mut self, option: &str, value: &str) -> Word {
        self.text.push(' ');
        self.text += option;
        self.word(value)
    }

    fn word(&mut self, value: &str) -> Word {
        self.text.push(' ');
        let start = self.text.len();
        self.text += &shell(value);
        self.spanned(value, start)
    }

    /// `--labels a,b,c`, each of them a word.
    fn list(&mut self, option: &str, values: &[String]) -> Vec<Word> {
        if values.is_empty() {
            return Vec::new();
        }
        self.text.push(' ');
        self.text += option;
        let mut words = Vec::new();
        for (at, value) in values.iter().enumerate() {
            self.text.push(if at == 0 { ' ' } else { ',' });
            let start = self.text.len();
            self.text += &shell(value);
            words.push(self.spanned(value, start));
        }
        words
    }

    fn spanned(&self, value: &str, start: usize) -> Word {
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let span = Span::new(FileId(0), at(start), at(self.text.len()));
        Spanned::new(value.to_owned(), span)
    }
}

/// A word as a shell takes it: in quotes where it needs them.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./,:=@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!(
        "'{}'",
        word.replace('\'', "'\\''").replace(['\n', '\r'], " ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_places() {
        let question = Question {
            files: vec!["a b.csv".to_owned()],
            label: Some("y".to_owned()),
            metrics: vec!["f_beta(beta: 2)".to_owned()],
            labels: vec!["no".to_owned(), "yes".to_owned()],
            ..Question::default()
        };
        let (line, told) = Line::new(&question);
        assert_eq!(
            line.text,
            "benchwright score 'a b.csv' --label y --metric 'f_beta(beta: 2)' --labels no,yes"
        );
        let text = |w: &Word| line.text.get(w.span.range()).unwrap().to_owned();
        assert_eq!(text(told.label.as_ref().unwrap()), "y");
        assert_eq!(text(&told.labels[1]), "yes");
        assert_eq!(text(&told.metrics[0]), "'f_beta(beta: 2)'");
    }
}
