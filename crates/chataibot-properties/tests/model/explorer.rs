//! Goes through every state of a world, breadth first, and says how it came to one that is wrong.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    rc::Rc,
};

use crate::world::{Step, World};

/// More steps than any way to quiet takes.
const PATIENCE: usize = 200;

/// What was visited.
#[derive(Debug)]
pub struct Seen {
    /// How many states there are.
    pub states: usize,
    /// How many steps the furthest of them is away.
    pub depth: usize,
}

/// A wrong state, and the steps that lead there.
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

/// The way to a state, from its end.
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

/// Visits everything.
pub fn explore(start: World) -> Result<Seen, Violation> {
    let mut visited = HashSet::from([start.fingerprint()]);
    // States from which the way to quiet is known to end well.
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

/// Without any more faults and commits, everything comes to rest with the whole log shown.
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
