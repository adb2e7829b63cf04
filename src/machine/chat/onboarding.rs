//! Onboarding steps of the chat machine, and their page events.

use super::ChatMachine;
use crate::conversation::onboarding::OnboardingEvent;
use crate::machine::effect::{ChatEffect, Effect, PageEvent};

impl ChatMachine {
    pub(super) fn step(&mut self, step: OnboardingEvent) {
        // A conversation is rated only once, even from two tabs.
        if matches!(step, OnboardingEvent::Rated(_)) && self.core.state.is_rated() {
            return;
        }
        self.apply(self.core.state.step_action(&step, self.now.unix));
        match step {
            OnboardingEvent::ConsentGiven => {
                self.emit(PageEvent::Consent { given: true });
                self.retry_now();
            }
            OnboardingEvent::ConsentDeclined => {
                self.emit(PageEvent::Consent { given: false });
                self.close();
            }
            OnboardingEvent::Rated(rating) => {
                let conversation = self.core.state.id().cloned();
                self.emit(PageEvent::Rated { rating, conversation });
            }
            OnboardingEvent::FormFilled(_) | OnboardingEvent::HomeLeft | OnboardingEvent::HomeEntered => {}
        }
    }

    /// Stores the progress at once. `save` does not call this while a consent is missing.
    pub(super) fn save_progress(&mut self) {
        if self.saved.progress != *self.core.state.progress() {
            self.saved.progress = self.core.state.progress().clone();
            self.effects.push(Effect::Chat(ChatEffect::SaveProgress(self.core.state.progress().clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::onboarding::Requirements;
    use crate::machine::ChatLogic;
    use crate::machine::effect::CoreEffect;
    use crate::machine::input::{Input, Now};
    use crate::machine::storage_schema::StoredSession;
    use crate::machine::user_action::UserAction;

    fn user(action: UserAction) -> Input {
        Input::User(action, "".into())
    }

    fn handle(client: &mut ChatMachine, input: Input) -> Vec<Effect> {
        let mut effects = Vec::new();
        client.handle(input, Now { monotonic: 1, unix: 1_000, random: 0 }, &mut effects);
        effects.retain(|effect| !matches!(effect, Effect::Core(CoreEffect::Emit(_))));
        effects
    }

    #[test]
    fn before_consent_nothing_is_asked_for_and_nothing_is_stored() {
        let mut client = ChatMachine::new(true);
        let requirements = Requirements { consent: Some("1".into()), ..Requirements::default() };
        let message = || Input::User(UserAction::Send("Hello".to_owned()), "m1".into());
        for input in [
            Input::RequirementsSet(requirements),
            Input::Loaded(Box::default()),
            user(UserAction::Open),
            message(),
            user(UserAction::Draft("More".into())),
            Input::Hidden,
            user(UserAction::Step(OnboardingEvent::ConsentDeclined)),
            user(UserAction::Open),
            Input::Ticked,
        ] {
            let effects = handle(&mut client, input);
            assert!(effects.is_empty(), "{effects:?}");
        }
        assert_eq!(client.due(1).filter(|due| *due <= 1), None, "and nothing is waited for");
        let effects = handle(&mut client, user(UserAction::Step(OnboardingEvent::ConsentGiven)));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Core(CoreEffect::Authorize { .. }))));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::Chat(ChatEffect::SaveProgress(_)))));
        assert!(
            effects.iter().any(|effect| matches!(effect, Effect::Core(CoreEffect::SaveMessage(_)))),
            "what was said is kept now"
        );
    }

    #[test]
    fn a_running_conversation_stops_at_a_new_version_of_the_consent() {
        let mut client = ChatMachine::new(true);
        let requirements = |version: &str| Requirements { consent: Some(version.into()), ..Requirements::default() };
        handle(&mut client, Input::RequirementsSet(requirements("1")));
        handle(&mut client, Input::Loaded(Box::<StoredSession>::default()));
        handle(&mut client, user(UserAction::Open));
        handle(&mut client, user(UserAction::Step(OnboardingEvent::ConsentGiven)));
        handle(&mut client, Input::RequirementsSet(requirements("2")));
        let effects = handle(&mut client, Input::User(UserAction::Send("Hello".to_owned()), "m1".into()));
        assert!(effects.is_empty(), "{effects:?}");
    }
}
