//! `chataibot-load --proxy FILE [--runs N] [--quick] [--must KEY=NUMBER]…`: what that proxy carries, as medians beside what is wanted.

use std::{path::PathBuf, process::ExitCode};

use chataibot_load::{
    Trouble,
    goals::{GOALS, Goal},
    procfs, report,
    run::Bench,
    scale::Scale,
};

struct Wishes {
    proxy: PathBuf,
    runs: usize,
    quick: bool,
    goals: Vec<Goal>,
}

fn main() -> ExitCode {
    let ended = wishes().map_err(Trouble::from).and_then(|wishes| measure(&wishes));
    match ended {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => {
            eprintln!("short of what must be");
            ExitCode::FAILURE
        }
        Err(trouble) => {
            eprintln!("not measured: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn wishes() -> Result<Wishes, String> {
    let mut wishes = Wishes { proxy: PathBuf::new(), runs: 5, quick: false, goals: GOALS.to_vec() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
        match word.as_str() {
            "--proxy" => wishes.proxy = value()?.into(),
            "--runs" => {
                let runs = value()?;
                wishes.runs = runs.parse().map_err(|_| format!("--runs: {runs:?} is no number"))?;
            }
            "--quick" => wishes.quick = true,
            "--must" => must(&mut wishes.goals, &value()?)?,
            unknown => return Err(format!("--proxy, --runs, --quick or --must, not {unknown:?}")),
        }
    }
    if wishes.proxy.as_os_str().is_empty() || wishes.runs == 0 {
        return Err("--proxy wants the proxy's program, and --runs at least 1".to_owned());
    }
    Ok(wishes)
}

/// A bound of one's own, such as `token=10`.
fn must(goals: &mut [Goal], wish: &str) -> Result<(), String> {
    let bound = wish.split_once('=').and_then(|(key, number)| Some((key, number.parse().ok()?)));
    let (key, bound) = bound.ok_or_else(|| format!("--must wants KEY=NUMBER, not {wish:?}"))?;
    let goal = goals.iter_mut().find(|goal| goal.key == key);
    let keys = || GOALS.iter().map(|goal| goal.key).collect::<Vec<_>>().join(", ");
    goal.ok_or_else(|| format!("--must: there is no {key:?}; there are {}", keys()))?.must = Some(bound);
    Ok(())
}

/// Whether something is short.
fn measure(wishes: &Wishes) -> Result<bool, Trouble> {
    println!("{}", procfs::facts());
    let files = procfs::raise_open_files()?;
    let (scale, told) = if wishes.quick { Scale::quick() } else { Scale::full() }.within(files);
    told.iter().for_each(|told| println!("{told}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bench = Bench::prepare(&wishes.proxy, scale).await?;
        let mut runs = Vec::with_capacity(wishes.runs);
        for run in 0..wishes.runs {
            runs.push(bench.run(run).await?);
        }
        let rows = report::judge(&wishes.goals, &runs);
        print!("\n{}", report::print(&rows, &runs));
        Ok(report::is_short(&rows))
    })
}
