//! Renewal secrets: a chain of successors, a grace period for tabs that race, revocation of copies;
//! and signing keys.

use super::*;
use crate::credentials::Secret;
use crate::ids::{FamilyId, VisitorId};
use crate::store::renewals::{NewFamily, Presented, RenewalRefusal as Refused, Renewed, Times};

for_each_engine! {
    each_secret_leads_to_the_next_and_tabs_that_race_stay_together,
    a_copy_ends_the_family,
    a_secret_counts_at_its_own_place_and_for_its_time,
    a_key_signs_for_a_month_and_checks_a_little_longer,
}

const ORIGIN: &str = "https://www.example.com";
const GRACE: Duration = Duration::from_secs(20);
const LIFETIME: Duration = Duration::from_secs(90 * 86400);

fn secret() -> Secret {
    Secret::random().expect("randomness")
}

impl Bench {
    async fn family(&self, first: &Secret) -> FamilyId {
        let (visitor, family) = (VisitorId::parse(VISITOR).expect("an id"), FamilyId::random().expect("randomness"));
        let (site, origin) = (SITE.to_owned(), ORIGIN.to_owned());
        let new = NewFamily { site, origin, visitor, family: family.clone(), first_secret: first.clone() };
        self.store.begin_family(new).await.expect("begun");
        family
    }

    async fn renew_at(&self, site: &str, origin: &str, presented: &Secret) -> Result<Renewed, Refused> {
        let (site, origin) = (site.to_owned(), origin.to_owned());
        let presented = Presented { site, origin, secret: presented.clone(), successor: secret() };
        let millis = crate::clock::millis;
        let times = Times { now: self.clock.now(), grace: millis(GRACE), lifetime: millis(LIFETIME) };
        self.store.renew(presented, times).await.expect("asked")
    }

    async fn renew(&self, presented: &Secret) -> Result<Renewed, Refused> {
        self.renew_at(SITE, ORIGIN, presented).await
    }
}

async fn each_secret_leads_to_the_next_and_tabs_that_race_stay_together(bench: Bench) {
    let first = secret();
    let family = bench.family(&first).await;
    let second = bench.renew(&first).await.expect("renewed");
    assert_eq!((second.visitor.as_str(), &second.family), (VISITOR, &family));
    let third = bench.renew(&second.next_secret).await.expect("renewed");
    // A tab that still has the first secret gets the newest one, however far the faster tab is
    // ahead.
    bench.clock.advance(GRACE);
    assert_eq!(bench.renew(&first).await.expect("within the grace").next_secret, third.next_secret);
    assert_eq!(bench.renew(&third.next_secret).await.expect("renewed").family, family);
}

async fn a_copy_ends_the_family(bench: Bench) {
    let first = secret();
    let family = bench.family(&first).await;
    let second = bench.renew(&first).await.expect("renewed");
    bench.clock.advance(GRACE + Duration::from_millis(1));
    let before = bench.clock.now() - 1;
    assert_eq!(bench.store.revoked_since(before).await.expect("asked"), []);
    assert_eq!(bench.renew(&first).await, Err(Refused::Reused(family.clone())));
    assert_eq!(bench.renew(&second.next_secret).await, Err(Refused::Revoked));
    assert_eq!(bench.renew(&first).await, Err(Refused::Revoked));
    assert_eq!(bench.store.revoked_since(before).await.expect("asked"), [(family, bench.clock.now())]);
    assert_eq!(bench.store.revoked_since(bench.clock.now()).await.expect("asked"), []);
}

async fn a_secret_counts_at_its_own_place_and_for_its_time(bench: Bench) {
    let first = secret();
    bench.family(&first).await;
    assert_eq!(bench.renew(&secret()).await, Err(Refused::Unknown));
    assert_eq!(bench.renew_at("other", ORIGIN, &first).await, Err(Refused::Elsewhere));
    assert_eq!(bench.renew_at(SITE, "https://evil.example", &first).await, Err(Refused::Elsewhere));
    bench.clock.advance(LIFETIME);
    let second = bench.renew(&first).await.expect("on the last day");
    bench.clock.advance(LIFETIME + Duration::from_millis(1));
    assert_eq!(bench.renew(&second.next_secret).await, Err(Refused::Expired));
    bench.store.sweep_families(bench.clock.now()).await.expect("swept");
    assert_eq!(bench.renew(&second.next_secret).await, Err(Refused::Unknown));
}

async fn a_key_signs_for_a_month_and_checks_a_little_longer(bench: Bench) {
    let now = bench.clock.now();
    let ring = async |days: u64, seconds: u64| {
        bench.store.signing_keys(now + days * 86_400_000 + seconds * 1_000).await.expect("keys")
    };
    let first = ring(0, 0).await.newest.id.clone();
    assert_eq!(ring(29, 0).await.newest.id, first);
    assert!(ring(31, 0).await.get(&first).is_some(), "the next one is made");
    // If several proxies must have read a key before one signs with it, it is not used at first.
    let after = ring(31, 60).await;
    assert_ne!(after.newest.id, first);
    assert!(after.get(&first).is_some());
    assert!(ring(33, 0).await.get(&first).is_none());
}
