//! Model check of one conversation under all combinations of {commit, publish, cursor, reconnect,
//! epoch}, a trimmed log, a reload, a full queue and a second proxy; every reachable state is
//! visited.
//!
//! All decisions are made by production code: the proxy's `handover::place` and `log::misfit`, the
//! widget's `LogReader` and `Conversation`, and the wire's cursors. The rest is a model: a list for
//! the log, and queues for hub, bus and connection ([`world`]). [`explorer`] goes from state to
//! state, breadth first, until there is no new one, so the depth is that of the whole graph.
//!
//! In each state the visitor sees no entry twice, none out of order and no gap between two. And
//! from each state, if no more faults occur, the visitor ends with the whole log of the newest
//! epoch, in a bounded number of steps.
//!
//! The checks can fail: each `Bug` leaves out one line of the protocol, and the explorer has to
//! find its effect. As for the production code, three tests fail if the reader ignores
//! `Frame::Reset`, three if `place` ignores the epoch, and three if `misfit` does.
//!
//! 183,922 states are visited, the most distant 44 steps deep, in a few seconds; each test prints
//! its own numbers (`cargo test --workspace --test model -- --nocapture`):
//!
//! | | commits | cuts | other faults | states | depth |
//! |---|---|---|---|---|---|
//! | connections that break | 5 | 3 | | 12,480 | 33 |
//! | a log that went back | 3 | 1 | 2 epochs | 26,411 | 38 |
//! | a log whose beginning is trimmed | 4 | 2 | 2 trims | 21,305 | 44 |
//! | a page that is loaded again | 3 | 1 | 1 epoch, 1 reload | 38,330 | 39 |
//! | two proxies on one log | 3 | 1 | 1 epoch | 85,396 | 37 |

mod explorer;
mod world;

use explorer::explore;
use world::{Bounds, Bug, World};

/// Bounds without faults. They limit the injected events, not what follows from these.
const NONE: Bounds = Bounds { commits: 4, cuts: 0, epochs: 0, trims: 0, reloads: 0, proxies: 1 };

fn holds(bounds: Bounds) {
    match explore(World::new(bounds, None)) {
        Ok(seen) => println!("{bounds:?}: {} states, {} steps deep", seen.states, seen.depth),
        Err(violation) => panic!("{bounds:?}: {violation}"),
    }
}

fn is_found(bug: Bug, bounds: Bounds) {
    match explore(World::new(bounds, Some(bug))) {
        Ok(seen) => panic!("{} states do not show {bug:?}", seen.states),
        Err(violation) => println!("{bug:?}: {violation}"),
    }
}

#[test]
fn connections_that_break() {
    holds(Bounds { commits: 5, cuts: 3, ..NONE });
}

#[test]
fn a_log_that_went_back() {
    holds(Bounds { commits: 3, cuts: 1, epochs: 2, ..NONE });
}

#[test]
fn a_log_whose_beginning_is_trimmed() {
    holds(Bounds { cuts: 2, trims: 2, ..NONE });
}

#[test]
fn a_page_that_is_loaded_again() {
    holds(Bounds { commits: 3, cuts: 1, epochs: 1, reloads: 1, ..NONE });
}

#[test]
fn two_proxies_on_one_log() {
    holds(Bounds { commits: 3, cuts: 1, epochs: 1, proxies: 2, ..NONE });
}

#[test]
fn a_reading_before_the_subscribing_is_found() {
    is_found(Bug::ReadsBeforeItSubscribes, NONE);
}

#[test]
fn a_publishing_before_the_commit_is_found() {
    is_found(Bug::PublishesBeforeItCommits, NONE);
}

#[test]
fn an_epoch_that_is_not_looked_at_is_found() {
    is_found(Bug::LooksAtNoEpoch, Bounds { epochs: 1, ..NONE });
}

#[test]
fn readers_that_are_not_cut_when_the_log_went_back_are_found() {
    is_found(Bug::CutsNobody, Bounds { epochs: 1, ..NONE });
}

#[test]
fn a_full_queue_that_drops_without_a_word_is_found() {
    is_found(Bug::DropsWithoutAWord, NONE);
}

#[test]
fn a_replay_that_ends_with_its_first_page_is_found() {
    is_found(Bug::ReadsOnePage, NONE);
}

#[test]
fn a_cursor_that_is_stored_before_its_entry_is_found() {
    is_found(Bug::StoresTheCursorFirst, Bounds { reloads: 1, ..NONE });
}
