//! Plans: which connection gets which fault.

use std::collections::VecDeque;

use crate::catalogue;
use crate::fault::{Fault, Hop};
use crate::rng::Rng;

/// A plan for future connections.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are explained with their variants")]
pub enum Plan {
    /// The same fault for each connection.
    Always(&'static Fault),
    /// These faults one after the other, then none.
    Next(VecDeque<&'static Fault>),
    /// Random ones of these faults for a percentage of the connections.
    Seeded { rng: Rng, percent: u64, faults: Vec<&'static Fault> },
}

impl Plan {
    /// Plans these faults for the next connections, one each.
    pub fn next(faults: impl IntoIterator<Item = &'static Fault>) -> Self {
        Self::Next(faults.into_iter().collect())
    }

    /// Plans a storm: random quick faults of browser connections, from a seed.
    pub fn storm(seed: u64, percent: u64) -> Self {
        let faults = catalogue::of(Hop::Browser).filter(|fault| !fault.slow).collect();
        Self::Seeded { rng: Rng::new(seed), percent, faults }
    }

    /// Draws the fault of the next connection.
    pub fn draw(&mut self) -> Option<&'static Fault> {
        match self {
            Self::Always(fault) => Some(fault),
            Self::Next(faults) => faults.pop_front(),
            Self::Seeded { rng, percent, faults } => {
                let hit = rng.percent(*percent);
                let fault = rng.one_of(faults).copied();
                fault.filter(|_| hit)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_plan_and_another_seed_is_another() {
        let names = |seed| {
            let mut plan = Plan::storm(seed, 60);
            (0..40).map(|_| plan.draw().map(|fault| fault.name)).collect::<Vec<_>>()
        };
        assert_eq!(names(3), names(3));
        assert_ne!(names(3), names(4));
        assert!(names(3).contains(&None) && names(3).iter().flatten().count() > 10);
    }

    #[test]
    fn what_was_ordered_for_the_next_ones_comes_in_order_and_ends() {
        let fault = |name| catalogue::find(name).expect("listed");
        let mut plan = Plan::next([fault("refused"), fault("silence")]);
        let drawn: Vec<_> = (0..3).map(|_| plan.draw().map(|fault| fault.name)).collect();
        assert_eq!(drawn, [Some("refused"), Some("silence"), None]);
    }
}
