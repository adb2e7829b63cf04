//! Model checker: visits every state of a world, breadth first; reports the steps to a wrong one.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use crate::world::{Step, World};

/// Upper bound for the steps until a world comes to rest.
const PATIENCE: usize = 200;

/// Result of an exploration.
#[derive(Debug)]
pub struct Seen {
    /// Number of states.
    pub states: usize,
    /// Number of steps to the most distant state.
    pub depth: usize,
}

/// A wrong state, and the steps that lead to it.
#[derive(Debug)]
pub struct Violation {
    what: String,
    steps: Vec<Step>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}, after {} steps: {:?}", self.what, self.steps.len(), self.steps)
    }
}

/// The steps to a state, as a linked list from its end.
struct Way {
    step: Step,
    before: Option<Rc<Way>>,
}

fn steps(way: &Option<Rc<Way>>) -> Vec<Step> {
    let ways = std::iter::successors(way.clone(), |way| way.before.clone());
    let mut steps: Vec<Step> = ways.map(|way| way.step).collect();
    steps.reverse();
    steps
}

/// Visits every reachable state.
pub fn explore(start: World) -> Result<Seen, Violation> {
    let mut visited = HashSet::from([start.fingerprint()]);
    // States from which the world is known to come to rest with the whole log shown.
    let mut well = HashSet::new();
    let mut depth = 0;
    let mut waiting = VecDeque::from([(start, None::<Rc<Way>>, 0)]);
    while let Some((world, way, distance)) = waiting.pop_front() {
        depth = distance;
        let wrong = world.wrong().or_else(|| ends_well(&world, &mut well).err());
        if let Some(what) = wrong {
            return Err(Violation { what, steps: steps(&way) });
        }
        for step in world.possible() {
            let mut next = world.clone();
            next.take(step);
            if visited.insert(next.fingerprint()) {
                waiting.push_back((next, Some(Rc::new(Way { step, before: way.clone() })), distance + 1));
            }
        }
    }
    Ok(Seen { states: visited.len(), depth })
}

/// Checks that, without more faults and commits, the world comes to rest showing the whole log.
fn ends_well(world: &World, well: &mut HashSet<u64>) -> Result<(), String> {
    let mut passed = Vec::new();
    let mut world = world.clone();
    for _ in 0..PATIENCE {
        let fingerprint = world.fingerprint();
        if well.contains(&fingerprint) {
            well.extend(passed);
            return Ok(());
        }
        passed.push(fingerprint);
        let Some(step) = world.next_without_faults() else {
            world.is_whole()?;
            well.extend(passed);
            return Ok(());
        };
        world.take(step);
        if let Some(what) = world.wrong() {
            return Err(what);
        }
    }
    Err(format!("no rest after {PATIENCE} steps"))
}
