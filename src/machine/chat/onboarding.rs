//! The gate before the chat: what the visitor passes there, and what the page is told of it.

use super::ChatMachine;
use crate::{
    conversation::onboarding::OnboardingEvent,
    machine::{
        effect::{Effect, PageEvent},
        input::Now,
    },
};

impl ChatMachine {
    pub(super) fn step(&mut self, step: OnboardingEvent, now: Now, effects: &mut Vec<Effect>) {
        // Once for each conversation, whatever two tabs do.
        if matches!(step, OnboardingEvent::Rated(_)) && self.state.is_rated() {
            return;
        }
        self.apply(self.state.after(&step, now.unix));
        match step {
            OnboardingEvent::ConsentGiven => {
                effects.push(Effect::Emit(PageEvent::Consent { given: true }));
                self.retry_now(now);
            }
            OnboardingEvent::ConsentDeclined => {
                effects.push(Effect::Emit(PageEvent::Consent { given: false }));
                self.close(effects);
            }
            OnboardingEvent::Rated(rating) => {
                let conversation = self.state.id().cloned();
                effects.push(Effect::Emit(PageEvent::Rated { rating, conversation }));
            }
            OnboardingEvent::FormFilled(_) | OnboardingEvent::HomeLeft | OnboardingEvent::HomeEntered => {}
        }
    }

    /// What was passed is stored at once, but for a consent that was not given.
    pub(super) fn save_progress(&mut self, effects: &mut Vec<Effect>) {
        if self.saved.progress != *self.state.progress() {
            self.saved.progress = self.state.progress().clone();
            effects.push(Effect::SaveProgress(self.state.progress().clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::onboarding::Requirements,
        machine::{input::Input, storage_schema::StoredSession},
    };

    fn handle(client: &mut ChatMachine, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        client.handle(input, Now { monotonic: 1, unix: 1_000, random: 0 }, &mut effects);
        effects.retain(|effect| !matches!(effect, Effect::Emit(_)));
        effects
    }

    #[test]
    fn before_consent_nothing_is_asked_for_and_nothing_is_stored() {
        let mut client = ChatMachine::new(true);
        let gate = Requirements { consent: Some("1".into()), ..Requirements::default() };
        let said = || Input::Said { id: "m1".into(), text: "Hello".into(), typed: None };
        for input in [
            Input::RequirementsSet(gate),
            Input::Loaded(Box::default()),
            Input::Opened,
            said(),
            Input::Drafted("More".into()),
            Input::Hidden,
            Input::Stepped(OnboardingEvent::ConsentDeclined),
            Input::Opened,
            Input::Ticked,
        ] {
            let effects = handle(&mut client, input);
            assert!(effects.is_empty(), "{effects:?}");
        }
        assert_eq!(client.due(1).filter(|due| *due <= 1), None, "and nothing is waited for");
        let effects = handle(&mut client, Input::Stepped(OnboardingEvent::ConsentGiven));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Authorize { .. })));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::SaveProgress(_))));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::SaveMessage(_))), "what was said is kept now");
    }

    #[test]
    fn a_running_conversation_stops_at_a_new_version_of_the_consent() {
        let mut client = ChatMachine::new(true);
        let gate = |version: &str| Requirements { consent: Some(version.into()), ..Requirements::default() };
        handle(&mut client, Input::RequirementsSet(gate("1")));
        handle(&mut client, Input::Loaded(Box::<StoredSession>::default()));
        handle(&mut client, Input::Opened);
        handle(&mut client, Input::Stepped(OnboardingEvent::ConsentGiven));
        handle(&mut client, Input::RequirementsSet(gate("2")));
        let effects = handle(&mut client, Input::Said { id: "m1".into(), text: "Hello".into(), typed: None });
        assert!(effects.is_empty(), "{effects:?}");
    }
}
