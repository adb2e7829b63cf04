//! Facts about this machine, and its limits. Linux only: the numbers are read from `/proc`.

use std::{fs, path::Path};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::BenchError;

/// Raises the limit of open files, for this process and its children, to its maximum; returns that.
pub fn raise_open_files() -> Result<u64, BenchError> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// Describes cores, memory, kernel and load in one line.
pub fn facts() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = meminfo("MemTotal:").map_or(0.0, |bytes| bytes / f64::from(1 << 30));
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores, {memory:.1} GiB, Linux {}, load before {load}; load generator on the same cores, loopback",
        kernel.trim()
    )
}

/// Returns the resident memory of a process in bytes, as PSS: shared pages count in part.
pub fn resident(process: u32) -> Result<f64, BenchError> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    kilobytes(&text, "Pss:").ok_or_else(|| format!("{path} has no Pss").into())
}

/// Returns the bytes that the kernel holds in slabs and socket buffers, for the whole machine.
pub fn kernel() -> f64 {
    const PAGE: f64 = 4096.0;
    let sockets = read("/proc/net/sockstat");
    let words: Vec<&str> = sockets.lines().find(|line| line.starts_with("TCP:")).unwrap_or("").split(' ').collect();
    let pages = words.windows(2).find(|pair| pair[0] == "mem").and_then(|pair| pair[1].parse::<f64>().ok());
    meminfo("Slab:").unwrap_or(0.0) + pages.unwrap_or(0.0) * PAGE
}

/// Returns a directory in memory, where a commit does not wait for a disk.
pub fn memory_directory() -> Result<&'static Path, BenchError> {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { Ok(shared) } else { Err("there is no /dev/shm to measure without a disk".into()) }
}

fn meminfo(name: &str) -> Option<f64> {
    kilobytes(&read("/proc/meminfo"), name)
}

fn kilobytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0)
}

/// Reads a file of `/proc`; without it the bench still runs.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_some_memory() {
        let bytes = resident(std::process::id()).expect("it runs");
        assert!(bytes > 100_000.0, "{bytes}");
        assert!(kernel() > 0.0);
    }
}
