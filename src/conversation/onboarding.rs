//! Onboarding: the host page's requirements, the visitor's progress, the resulting screen.

use std::rc::Rc;

use super::{Action, Conversation, Phase};

/// What the host page requires of the visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Consent to this version; a different version is asked for again.
    pub consent: Option<Rc<str>>,
    /// A form before each conversation.
    pub prechat: bool,
    /// A home screen.
    pub home: bool,
    /// A rating at the end.
    pub rating: Option<Scale>,
    /// Whether the chat is closed for maintenance.
    pub maintenance: bool,
}

/// The scale on which a conversation is rated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// One to five stars.
    Stars,
    /// Thumb up or thumb down.
    Thumbs,
}

impl Scale {
    /// The best possible rating.
    pub fn best(self) -> u32 {
        match self {
            Self::Stars => 5,
            Self::Thumbs => 1,
        }
    }
}

/// The onboarding steps that the visitor has passed. Survives a reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The consent that was given.
    pub consent: Option<Consent>,
    /// The values of the form for this conversation, running or next: names and values.
    pub prechat: Option<Vec<(String, String)>>,
    /// Whether the visitor has left the home screen for the chat.
    pub home_left: bool,
    /// The conversation that was rated last.
    pub rated: Option<Rc<str>>,
}

/// A consent of the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The version consented to.
    pub version: Rc<str>,
    /// When: milliseconds since 1970-01-01 UTC, by the visitor's clock.
    pub at: u64,
}

/// A step of the visitor in the onboarding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by what the visitor did")]
pub enum OnboardingEvent {
    ConsentGiven,
    ConsentDeclined,
    /// The form before the chat: names and values, without empty ones.
    FormFilled(Vec<(String, String)>),
    HomeLeft,
    HomeEntered,
    Rated(Rating),
}

/// A rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The rating: from 1 for stars, from 0 for thumbs.
    pub value: u32,
    /// The best possible value.
    pub best: u32,
    /// The visitor's comment; may be empty.
    pub comment: String,
}

/// The screen that the window shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The question for consent.
    Consent,
    /// The home screen.
    Home,
    /// The form before the chat.
    PreChat,
    /// The messages and the composer.
    Chat,
    /// The messages of a conversation that has ended, and its rating.
    Rating(Scale),
    /// The messages, without a composer.
    Closed(Closed),
}

/// Why the visitor cannot write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The conversation has ended.
    Ended,
    /// The chat is closed for maintenance.
    Maintenance,
}

impl Conversation {
    /// The screen that the window shows.
    pub fn screen(&self) -> Screen {
        let Requirements { home, rating, maintenance, .. } = self.requirements;
        if maintenance {
            return Screen::Closed(Closed::Maintenance);
        }
        if !self.has_required_consent() {
            return Screen::Consent;
        }
        if home && !self.progress.home_left {
            return Screen::Home;
        }
        if self.awaits_form() {
            return Screen::PreChat;
        }
        match (self.phase, rating) {
            (Phase::New | Phase::Active, _) => Screen::Chat,
            (Phase::Ended, Some(scale)) => Screen::Rating(scale),
            (Phase::Ended, None) => Screen::Closed(Closed::Ended),
        }
    }

    /// Whether the visitor gave the required consent: before, nothing is sent or stored.
    pub fn has_required_consent(&self) -> bool {
        let given_version = self.progress.consent.as_ref().map(|consent| &consent.version);
        self.requirements.consent.as_ref().is_none_or(|required| given_version == Some(required))
    }

    /// Whether messages may be sent: not before the form, which is sent with the first one.
    pub(super) fn may_send(&self) -> bool {
        self.has_required_consent() && !self.awaits_form()
    }

    /// Whether the form is missing, which is sent with the start of a conversation.
    fn awaits_form(&self) -> bool {
        self.requirements.prechat && self.phase == Phase::New && self.progress.prechat.is_none()
    }

    /// Whether this conversation was rated.
    pub fn is_rated(&self) -> bool {
        self.id.is_some() && self.progress.rated == self.id
    }

    /// Returns the action that records this step in the progress.
    pub fn step_action(&self, step: &OnboardingEvent, at: u64) -> Action {
        let mut progress = Progress::clone(&self.progress);
        match step {
            OnboardingEvent::ConsentGiven => {
                progress.consent = self.requirements.consent.clone().map(|version| Consent { version, at });
            }
            OnboardingEvent::ConsentDeclined => progress.consent = None,
            OnboardingEvent::FormFilled(values) => progress.prechat = Some(values.clone()),
            OnboardingEvent::HomeLeft => progress.home_left = true,
            OnboardingEvent::HomeEntered => progress.home_left = false,
            OnboardingEvent::Rated(_) => progress.rated.clone_from(&self.id),
        }
        Action::ProgressChanged(progress)
    }

    /// Clears the form, which was for the conversation being left.
    pub(super) fn clear_form(&mut self) {
        if self.progress.prechat.is_some() {
            Rc::make_mut(&mut self.progress).prechat = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(requirements: Requirements) -> Conversation {
        let mut conversation = Conversation::default();
        conversation.apply(Action::RequirementsSet(requirements));
        conversation
    }

    fn step(conversation: &mut Conversation, step: OnboardingEvent) {
        let action = conversation.step_action(&step, 7);
        conversation.apply(action);
    }

    fn compose_message(conversation: &mut Conversation) {
        conversation.apply(Action::Composed { id: "m1".into(), text: "Hello".into(), typed: None, at: 1 });
    }

    fn everything() -> Requirements {
        Requirements {
            consent: Some("1".into()),
            prechat: true,
            home: true,
            rating: Some(Scale::Stars),
            maintenance: false,
        }
    }

    #[test]
    fn a_page_that_asks_for_nothing_gets_the_chat() {
        let mut chat = conversation(Requirements::default());
        assert_eq!(chat.screen(), Screen::Chat);
        chat.apply(Action::Started("c".into()));
        chat.apply(Action::Ended);
        assert_eq!(chat.screen(), Screen::Closed(Closed::Ended));
    }

    #[test]
    fn each_stage_comes_once_and_in_order() {
        let mut chat = conversation(everything());
        assert_eq!(chat.screen(), Screen::Consent);
        step(&mut chat, OnboardingEvent::ConsentGiven);
        assert_eq!(chat.progress().consent, Some(Consent { version: "1".into(), at: 7 }));
        assert_eq!(chat.screen(), Screen::Home);
        step(&mut chat, OnboardingEvent::HomeLeft);
        assert_eq!(chat.screen(), Screen::PreChat);
        step(&mut chat, OnboardingEvent::FormFilled(vec![("name".into(), "Ada".into())]));
        assert_eq!(chat.screen(), Screen::Chat);
        chat.apply(Action::Started("c".into()));
        chat.apply(Action::Ended);
        assert_eq!(chat.screen(), Screen::Rating(Scale::Stars));
        step(&mut chat, OnboardingEvent::Rated(Rating { value: 4, best: 5, comment: String::new() }));
        assert!(chat.is_rated());
        step(&mut chat, OnboardingEvent::HomeEntered);
        assert_eq!(chat.screen(), Screen::Home);
    }

    #[test]
    fn nothing_leaves_before_consent_and_form() {
        let mut chat = conversation(everything());
        compose_message(&mut chat);
        assert!(!chat.has_required_consent());
        assert!(chat.next_to_send().is_none());
        step(&mut chat, OnboardingEvent::ConsentGiven);
        assert!(chat.has_required_consent());
        assert!(chat.next_to_send().is_none(), "the form goes along with the first message");
        step(&mut chat, OnboardingEvent::FormFilled(Vec::new()));
        assert!(chat.next_to_send().is_some());
    }

    #[test]
    fn another_version_is_another_consent() {
        let mut chat = conversation(everything());
        step(&mut chat, OnboardingEvent::ConsentGiven);
        chat.apply(Action::RequirementsSet(Requirements { consent: Some("2".into()), ..everything() }));
        assert_eq!(chat.screen(), Screen::Consent);
        assert!(!chat.has_required_consent());
    }

    #[test]
    fn each_conversation_has_its_own_form_and_rating() {
        let mut chat = conversation(Requirements { home: false, consent: None, ..everything() });
        step(&mut chat, OnboardingEvent::FormFilled(Vec::new()));
        chat.apply(Action::Started("c1".into()));
        chat.apply(Action::Ended);
        step(&mut chat, OnboardingEvent::Rated(Rating { value: 1, best: 5, comment: String::new() }));
        chat.apply(Action::ConversationLeft);
        assert_eq!(chat.screen(), Screen::PreChat);
        step(&mut chat, OnboardingEvent::FormFilled(Vec::new()));
        chat.apply(Action::Started("c2".into()));
        assert!(!chat.is_rated());
    }

    #[test]
    fn whoever_is_forgotten_has_passed_nothing_and_the_page_asks_as_before() {
        let mut chat = conversation(everything());
        step(&mut chat, OnboardingEvent::ConsentGiven);
        chat.apply(Action::VisitorForgotten);
        assert_eq!(**chat.progress(), Progress::default());
        assert_eq!(chat.screen(), Screen::Consent);
    }

    #[test]
    fn maintenance_comes_before_all_else_and_asks_nothing() {
        let chat = conversation(Requirements { maintenance: true, ..everything() });
        assert_eq!(chat.screen(), Screen::Closed(Closed::Maintenance));
        assert!(!chat.has_required_consent(), "and lets nothing through");
    }
}
