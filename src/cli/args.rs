//! Arguments of every command.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Evaluation plans that hold up: checks and runs `.bench` plans.
#[derive(Debug, Parser)]
#[command(name = "benchwright", version, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a first draft of a plan, commented line by line
    ///
    /// KIND is classification, regression, ranking, generation, ablation or latency. With --from, the plan
    /// is proposed from the columns of files, and each guess stands beside its reason. Exit code 0: written;
    /// 2: not written, and why.
    New(NewArgs),
    /// Check plans: names, types, leakage, baselines, uncertainty, decision rules
    ///
    /// Reads no data file unless --data. Exit code 0: no errors; 1: errors; 2: a plan, or with --data a
    /// file of it, cannot be read.
    Check(CheckArgs),
    /// Seal a plan before its held-out rows are looked at: what it says, its data, what it can show
    ///
    /// Writes PLAN.lock beside the plan, and an entry in the ledger of the folder, `.bench/ledger.jsonl`. A run of
    /// the plan as it was sealed is confirmatory; without a seal it is exploratory, after a change deviating. Exit
    /// code 0: sealed, or sealed already and unchanged; 1: the plan has errors, or has changed since it was sealed
    /// and --again is not given; 2: something outside the plan failed.
    Seal(SealArgs),
    /// Check a plan, then run it to its verdict
    ///
    /// Exit code 0: the plan ran to its verdict; 1: the plan has errors; 2: something outside the
    /// plan failed; 3: the verdict is not the one of --require, or something got worse since --baseline-report;
    /// 130: interrupted.
    Run(RunArgs),
    /// Score one file of outputs, without a plan
    ///
    /// Prints each metric with its interval. Columns that are not named are guessed by their names, and what was
    /// guessed is said. Exit code 0: answered; 1: the question cannot be answered as it is asked; 2: a file or
    /// column of it cannot be read.
    #[command(after_help = SCORE_EXAMPLES)]
    Score(ScoreArgs),
    /// Compare the outputs of systems on the same rows, without a plan
    ///
    /// The first file is held against each other one: the difference is first minus other, with its interval,
    /// effect and p value. Rows are joined by id, never by their order. Exit codes are those of `score`.
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Hold the ledger, seals, signatures and reports of a folder against each other
    ///
    /// Says exactly what was edited, replaced, swapped, taken out or cut off. Exit code 0: sound; 1: something was
    /// tampered with; 2: something cannot be read.
    Audit(AuditArgs),
    /// Make a report again from its evidence, and compare the bytes
    ///
    /// Says the first field that differs, and whether plan, data, outputs, seal or version explain it. Holds
    /// report.md and manifest.json beside it to the same evidence. Looks at nothing where the evidence has changed,
    /// and writes nothing. Exit code 0: the same bytes; 1: they differ, or the evidence has changed; 2: something
    /// cannot be read.
    Verify(VerifyArgs),
    /// Write what runs came from in other systems' formats
    Export(ExportArgs),
    /// Show every command that `run` would run, why, and whether it is done already
    ///
    /// Reads the plan and its datasets, and runs nothing. Exit code 0: shown; 1: the plan has errors; 2: a file
    /// cannot be read.
    DryRun(PlannedArgs),
    /// Show which runs are done, which are missing, and which failed, and how
    ///
    /// Exit code 0: shown; 1: the plan has errors; 2: a file cannot be read.
    Status(PlannedArgs),
    /// Take away runs that no claim of the plan needs any longer
    ///
    /// Exit code 0: done; 1: the plan has errors; 2: a file cannot be read or removed.
    Clean(CleanArgs),
    /// Say what the claims of a plan can show, before anything is run
    ///
    /// For every claim: the rows, clusters and runs it rests on, the smallest gain it establishes with the
    /// plan's power, the gain its decision asks for, and the rows that would take. Reads the datasets where
    /// they are there, never outputs; else takes `rows:` and `clusters:` as declared. Exit code 0: said; 1:
    /// the plan has errors; 2: the plan cannot be read.
    #[command(after_help = POWER_EXAMPLES)]
    Power(PowerArgs),
    /// Write out which rows fall into which partition and fold
    ///
    /// A file of ids for each partition, one with the fold of each id, and their hashes in splits.json.
    /// Exit code 0: written; 1: the plan has errors; 2: a file cannot be read or written.
    Split(SplitArgs),
    /// Lay out plans in the one canonical way
    ///
    /// What is said stays: no comment is lost, no field moved, no string touched, and what cannot be
    /// read is left as it is. Line ends become LF, a byte-order mark goes. Exit code 0: done; 1: with
    /// --check, some file is laid out differently; 2: a file cannot be read or written.
    Fmt(FmtArgs),
    /// Print a plan's experiment DAG
    Graph(GraphArgs),
    /// Explain a code (L102), a metric (f1_macro) or an item (dataset); without one, list all codes
    Explain(ExplainArgs),
    /// List the metrics of the library, or those that all given words are about
    Metrics(MetricsArgs),
    /// Serve an editor: check plans while they are typed
    ///
    /// Speaks the Language Server Protocol over standard input and output. Exit code 0: the editor said
    /// goodbye; 2: it does not speak the protocol.
    Lsp(LspArgs),
}

const POWER_EXAMPLES: &str = "\
Examples:
  benchwright power plan.bench                           what each claim can show
  benchwright power plan.bench --effect 1pp              whether 1 pp could be shown, and with how many rows
  benchwright power plan.bench --effect accuracy=0.5pp --effect 5ms
  benchwright power plan.bench --format json             for scripts";

const SCORE_EXAMPLES: &str = "\
Examples:
  benchwright score preds.csv --label y --prediction p --metric f1_macro
  benchwright score preds.csv --metric accuracy --metric roc_auc --positive yes
  benchwright score preds.parquet --truth labels.parquet --id row --metric 'f_beta(beta: 2)'
  benchwright score runs.csv --metric latency_p95 --column 'latency=t in ms' --group user
  benchwright score preds.csv --metric f1_macro --format json      for scripts
  benchwright score preds.csv --metric f1_macro --plan > my.bench  the plan it stands for
  benchwright score 'day-*.parquet' --metric f1_macro              several files as one, of any size
  benchwright score day-1.csv --metric f1_macro --partial day-1.counts
  benchwright score --merge day-1.counts day-2.counts --metric f1_macro";

const COMPARE_EXAMPLES: &str = "\
Examples:
  benchwright compare new.csv old.csv --truth labels.csv --metric f1_macro
  benchwright compare new.csv old.csv --metric accuracy --test mcnemar     labels stand in new.csv
  benchwright compare preds.csv --prediction p_new --prediction p_old --metric f1_macro
  benchwright compare a.csv b.csv c.csv --truth t.csv --metric mae --interval t --correct holm
  benchwright compare new.csv old.csv --truth t.csv --metric f1_macro --slice language
  benchwright compare new.csv old.csv --truth t.csv --metric f1_macro --plan > my.bench";

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// What the plan is about, and where to write it [default: KIND.bench]; `-` prints it
    #[arg(num_args = 0.., value_names = ["KIND", "PATH"])]
    pub(super) what: Vec<String>,
    /// A file with labels, outputs or both; more may follow, as from `runs/*.csv`. Then there is no KIND
    #[arg(long, value_name = "FILE")]
    pub(super) from: Vec<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    pub(super) force: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Plan files
    #[arg(required = true)]
    pub(super) plans: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Terminal)]
    pub(super) format: CheckFormat,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// Apply the safe fixes to the plan files, and show what is left
    #[arg(long)]
    pub(super) fix: bool,
    /// Print what --fix would change as a diff, and write nothing
    #[arg(long)]
    pub(super) diff: bool,
    /// Also read the data: copies across splits, groups, times, labels, shares, hashes, ids of outputs
    #[arg(long)]
    pub(super) data: bool,
    /// Also show the proved claims, each with why it holds
    #[arg(long)]
    pub(super) explain_proofs: bool,
    /// Also list what the design supports: which comparisons, effects and interactions its runs can tell, and what
    /// is confounded with what (in the terminal and as `supports` in JSON)
    #[arg(long)]
    pub(super) supports: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    Terminal,
    /// One JSON object a plan
    Json,
    /// SARIF 2.1.0, one document for all plans
    Sarif,
    /// A JUnit report, one document for all plans
    Junit,
    /// Annotation lines for GitHub Actions
    Github,
}

/// What counts, and how much.
#[derive(Debug, Default, Args)]
pub(super) struct PolicyArgs {
    /// Treat as errors: `warnings`, or a code (U101), name (single-run) or the letters of codes (U)
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(super) deny: Vec<String>,
    /// Answer only these checks: codes, names or letters; faults of text, names and types stay
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Leave these checks out: codes, names or letters; errors stay
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct SealArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// Seal a plan that has changed since it was sealed; the ledger keeps both seals
    #[arg(long)]
    pub(super) again: bool,
    /// Sign the seal with this SSH key, through `ssh-keygen -Y sign`: PLAN.lock.sig
    #[arg(long, value_name = "KEY")]
    pub(super) sign: Option<PathBuf>,
    /// Seed of the resampling that the runs will use
    #[arg(long, default_value_t = 42)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// A plan file, or a folder of plans
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// Also check the signatures of seals against this list, as of ssh-keygen(1)
    #[arg(long, value_name = "FILE")]
    pub(super) allowed_signers: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = AuditFormat::Terminal)]
    pub(super) format: AuditFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AuditFormat {
    Terminal,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// A report.json
    pub(super) report: PathBuf,
    /// The plan, where it is no longer where the report says
    #[arg(long, value_name = "FILE")]
    pub(super) plan: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    pub(super) what: Exported,
}

#[derive(Debug, Subcommand)]
pub(super) enum Exported {
    /// An RO-Crate 1.1 of the plans' folder, as archives of research read it: ro-crate-metadata.json
    ///
    /// Describes the last run of each plan, from the manifest that it left in `.bench/PLAN`. Exit code 0: written;
    /// 2: a plan has not been run, or something cannot be read or written.
    RoCrate(RoCrateArgs),
}

#[derive(Debug, Args)]
pub(super) struct RoCrateArgs {
    /// Plan files of one folder that were run
    #[arg(required = true)]
    pub(super) plans: Vec<PathBuf>,
    /// The licence of what is published, best as a URL
    #[arg(long, value_name = "LICENCE")]
    pub(super) license: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Terminal)]
    pub(super) format: ReportFormat,
    /// Folder for what the run writes [default: .bench/PLAN beside the plan]
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// Seed of the resampling
    #[arg(long, default_value_t = 42)]
    pub(super) seed: u64,
    /// Threads [default: all cores]; the result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Commands at a time [default: as many as there are cores]; never more than the cores and memory that the
    /// plan's hardware declares fit into this machine
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) jobs: Option<u16>,
    /// The longest a command may take whose system has no `limits:`, such as `90s`, `30min` or `2h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<std::time::Duration>,
    /// End at the first command that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// Exit with 3 unless every decision has this outcome
    #[arg(long, value_name = "OUTCOME")]
    pub(super) require: Option<String>,
    /// Compare with an earlier report.json: what moved, and exit with 3 where anything got worse
    #[arg(long, value_name = "REPORT")]
    pub(super) baseline_report: Option<PathBuf>,
    /// How much worse a value may be than in --baseline-report: `1pp`, or of one metric `accuracy=1pp`
    /// [default: anything within the earlier interval]
    #[arg(long, value_name = "[METRIC=]LOSS", requires = "baseline_report")]
    pub(super) regression_tolerance: Vec<String>,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// A time such as `90s`.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "write a time such as `90s`, `30min` or `2h`".to_owned();
    let cut = text.find(|c: char| c.is_alphabetic()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(cut);
    let scale = match unit {
        "ms" => 1e-3,
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let seconds = number.trim().parse::<f64>().map_err(|_| wrong())? * scale;
    if !(seconds > 0.0 && seconds <= 8.64e6) {
        return Err("a time lies above 0 and below 100 days".to_owned());
    }
    Ok(std::time::Duration::from_secs_f64(seconds))
}

#[derive(Debug, Args)]
pub(super) struct PlannedArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// Folder in which the runs are kept [default: .bench/PLAN beside the plan]
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Args)]
pub(super) struct CleanArgs {
    #[command(flatten)]
    pub(super) planned: PlannedArgs,
    /// Take all runs away, also those that claims need
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Terminal,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct ScoreArgs {
    /// The file of outputs: csv, tsv, jsonl or parquet, also packed; a pattern in quotes for several as one
    #[arg(required_unless_present = "merge", conflicts_with = "merge")]
    pub(super) file: Option<String>,
    #[command(flatten)]
    pub(super) asked: AskedArgs,
    /// Write the counts of this shard's different rows to FILE, to be merged with those of others, and answer nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["merge", "plan"])]
    pub(super) partial: Option<std::path::PathBuf>,
    /// Answer from shards that were counted apart: files of --partial, in the order of the shards
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "plan")]
    pub(super) merge: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// The files of outputs, the one that is held against the others first; or one file with several --prediction
    #[arg(required = true)]
    pub(super) files: Vec<String>,
    #[command(flatten)]
    pub(super) asked: AskedArgs,
    /// How p values are got: t, welch, mann_whitney, z, sign, wilcoxon, permutation, approximate_randomization,
    /// mcnemar or delong [default: from the resamples]
    #[arg(long, value_name = "TEST")]
    pub(super) test: Option<String>,
    /// How p values of several claims are corrected: none, bonferroni, holm, hochberg, bh or by [default: holm]
    #[arg(long, value_name = "METHOD")]
    pub(super) correct: Option<String>,
}

/// What is said of the files of a question.
#[derive(Debug, Args)]
pub(super) struct AskedArgs {
    /// A metric of `benchwright metrics`, as in a plan: f1_macro, 'f_beta(beta: 2)'; may be given several times
    #[arg(long, required = true, value_name = "METRIC")]
    pub(super) metric: Vec<String>,
    /// The file of labels, where they do not stand in the first file
    #[arg(long, value_name = "FILE")]
    pub(super) truth: Option<String>,
    /// The column of labels
    #[arg(long, value_name = "COLUMN")]
    pub(super) label: Option<String>,
    /// The column of predictions; once for all files, or once for each
    #[arg(long, value_name = "COLUMN")]
    pub(super) prediction: Vec<String>,
    /// The column of scores: one, one for each class as `p_a,p_b`, or 'p_{class}'
    #[arg(long, value_name = "COLUMN")]
    pub(super) score: Option<String>,
    /// Any other column by its role: 'latency=t in ms', rank=place, tokens=n
    #[arg(long, value_name = "ROLE=COLUMN")]
    pub(super) column: Vec<String>,
    /// The column by which files are joined
    #[arg(long, value_name = "COLUMN")]
    pub(super) id: Option<String>,
    /// The column of rows that belong together: they are resampled as one
    #[arg(long, value_name = "COLUMN")]
    pub(super) group: Option<String>,
    /// The column of weights
    #[arg(long, value_name = "COLUMN")]
    pub(super) weight: Option<String>,
    /// The positive class
    #[arg(long, value_name = "CLASS")]
    pub(super) positive: Option<String>,
    /// The classes, in their order [default: all that stand in the files]
    #[arg(long, value_name = "CLASSES", value_delimiter = ',')]
    pub(super) labels: Vec<String>,
    /// A column by whose values the metrics are shown, too; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub(super) slice: Vec<String>,
    /// The method of intervals: auto, percentile, basic, bca or studentized by resampling; t, normal, wilson, exact,
    /// newcombe or delong in closed form; none
    #[arg(long, value_name = "METHOD")]
    pub(super) interval: Option<String>,
    /// Resamples, or `auto` for as many as the ends of the intervals need [default: 10000]
    #[arg(long, value_name = "N")]
    pub(super) resamples: Option<String>,
    /// The level of intervals [default: 95%]
    #[arg(long, value_name = "LEVEL")]
    pub(super) level: Option<String>,
    /// Seed of the resampling
    #[arg(long, default_value_t = 42)]
    pub(super) seed: u64,
    /// Threads [default: all cores]; the answer does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// How to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Terminal)]
    pub(super) format: AnswerFormat,
    /// Print the plan that the question stands for, and answer nothing
    #[arg(long)]
    pub(super) plan: bool,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    Terminal,
    /// The `metrics` and `comparisons` of a run's JSON
    Json,
}

#[derive(Debug, Args)]
pub(super) struct PowerArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// The gain that has to be shown, in place of what the decisions ask: `1pp`, or of one metric `accuracy=1pp`
    #[arg(long, value_name = "[METRIC=]GAIN")]
    pub(super) effect: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = PowerFormat::Terminal)]
    pub(super) format: PowerFormat,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PowerFormat {
    Terminal,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct SplitArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// Folder to write to
    #[arg(long, value_name = "FOLDER", default_value = "splits")]
    pub(super) out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Plan files, written in place where they change; `-` for standard input to standard output
    #[arg(required = true)]
    pub(super) plans: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and where
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct GraphArgs {
    /// The plan file
    pub(super) plan: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Drawn::Text)]
    pub(super) format: Drawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Drawn {
    Text,
    /// Graphviz
    Dot,
    Mermaid,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code or its name (L102, fit-beyond-train), a metric (f1_macro), an item (dataset), or `metric` and a
    /// metric's name
    #[arg(num_args = 0..=2, value_name = "WHAT")]
    pub(super) what: Vec<String>,
    /// Also know the metrics of this plan
    #[arg(long, value_name = "FILE")]
    pub(super) plan: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct MetricsArgs {
    /// Words to look for in names, modules and comments
    pub(super) words: Vec<String>,
    /// Also list the metrics of this plan
    #[arg(long, value_name = "FILE")]
    pub(super) plan: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Over standard input and output, as always: some editors say so
    #[arg(long)]
    pub(super) stdio: bool,
}
