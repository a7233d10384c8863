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
    /// Check a plan, then run it to its verdict
    ///
    /// Exit code 0: the plan ran to its verdict; 1: the plan has errors; 2: something outside the
    /// plan failed; 3: the verdict is not the one of --require; 130: interrupted.
    Run(RunArgs),
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
}

const POWER_EXAMPLES: &str = "\
Examples:
  benchwright power plan.bench                           what each claim can show
  benchwright power plan.bench --effect 1pp              whether 1 pp could be shown, and with how many rows
  benchwright power plan.bench --effect accuracy=0.5pp --effect 5ms
  benchwright power plan.bench --format json             for scripts";

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
