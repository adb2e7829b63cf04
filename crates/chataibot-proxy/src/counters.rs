//! What happened how often: named counters that only go up. Knows no exporter; holds no text and no ids.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// A number that only goes up.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down: how many of something there are now.
#[derive(Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    /// One more, until what is returned is dropped.
    #[must_use]
    pub fn one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(&self.0))
    }

    /// How many there are.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a [`Gauge`] counts.
#[derive(Debug)]
pub struct Counted(Arc<AtomicU64>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

macro_rules! counters {
    ($($(#[doc = $help:literal])+ $name:ident,)+) => {
        /// Every counter of the proxy.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[doc = $help])+ pub $name: Counter,)+
        }

        impl Counters {
            /// Each counter with its name, its meaning and its value, in the order of this file.
            pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
                [$((stringify!($name), concat!($($help),+).trim_start(), self.$name.get()),)+].into_iter()
            }
        }
    };
}

impl Counters {
    /// Counts an answer by its class.
    pub fn answered(&self, status: http::StatusCode) {
        if status.is_server_error() {
            self.answers_5xx.increment();
        } else if status.is_client_error() {
            self.answers_4xx.increment();
        }
    }
}

counters! {
    /// Conversations started: the platform has accepted the start.
    conversations_started,
    /// Sign-ins that the host site vouched for.
    signed_in,
    /// Identities of host sites that were not believed.
    identities_refused,
    /// Families of tokens that were ended by leaving or by another sign-in.
    families_ended,
    /// Visitor messages the platform has accepted, starts included.
    sends_accepted,
    /// Visitor messages that definitely did not arrive; the same key may try again.
    sends_failed,
    /// Visitor messages the platform refused for good.
    sends_refused,
    /// Visitor messages whose answer was lost.
    sends_unknown,
    /// Lost answers that an echo made up for.
    sends_reconciled,
    /// Requests answered from an idempotency record, without forwarding.
    sends_repeated,
    /// Answers of the platform that only the operator can do something about: token, plan, channel, account.
    platform_operator_faults,
    /// Events in webhooks that passed authentication.
    webhook_events,
    /// Entries that webhooks added to logs.
    webhook_entries,
    /// Echoes of a visitor's own message that were matched to it.
    webhook_echoes,
    /// Events that had been stored before.
    webhook_redelivered,
    /// Events of conversations that are not this proxy's.
    webhook_foreign,
    /// Events without use for a visitor.
    webhook_ignored,
    /// Events that came before their conversation was known, and wait.
    waiting_parked,
    /// Events that waited and then found their conversation.
    waiting_delivered,
    /// Events that waited in vain, or found the waiting room full.
    waiting_dropped,
    /// Event streams opened.
    streams_opened,
    /// Event streams and polls that had to begin anew.
    streams_reset,
    /// Event streams that were cut because their reader was too slow.
    streams_cut,
    /// Files of visitors that were stored.
    files_stored,
    /// Files of visitors that were refused.
    files_refused,
    /// Of those, files refused because their site's take up all the room they may.
    files_quota,
    /// Conversations deleted because their retention was over.
    conversations_deleted,
    /// Visitors erased by an operator.
    visitors_erased,
    /// Visitors that got their first token.
    visitors_new,
    /// Visitor tokens issued, renewals included.
    tokens_issued,
    /// Renewals refused: unknown, expired, revoked or reused secrets.
    renewals_refused,
    /// Families of tokens ended because a renewal secret was used twice.
    families_revoked,
    /// Requests without a valid visitor token.
    tokens_refused,
    /// Requests of pages whose origin is not allowed.
    origins_refused,
    /// Requests over a rate limit.
    rate_limited,
    /// Requests refused because their HTTP framing is ambiguous or malformed.
    framing_refused,
    /// Connections refused because too many are open.
    connections_refused,
    /// Requests answered with a 4xx status.
    answers_4xx,
    /// Requests answered with a 5xx status.
    answers_5xx,
    /// Script messages dropped unread.
    scripts_dropped,
    /// Links and addresses dropped because their scheme is not allowed.
    links_dropped,
    /// Contents cut because they were too long or too deep.
    contents_cut,
    /// Messages of kinds this version does not know.
    kinds_unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_is_listed_with_its_meaning_and_value() {
        let counters = Counters::default();
        counters.webhook_events.add(3);
        let (_, help, value) = counters.iter().find(|(name, ..)| *name == "webhook_events").expect("listed");
        assert_eq!((help, value), ("Events in webhooks that passed authentication.", 3));
        assert!(counters.iter().all(|(_, help, _)| !help.is_empty() && !help.starts_with(' ')));
    }
}
