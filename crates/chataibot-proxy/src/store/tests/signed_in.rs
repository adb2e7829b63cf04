//! Signed-in visitors: which visitor a user is, what is stored of them, and how their sessions end.

use super::*;
use crate::credentials::{Secret, UserProfile};
use crate::ids::{FamilyId, VisitorId};
use crate::store::erase::Erased;
use crate::store::renewals::{NewFamily, Presented, RenewalRefusal as Refused, Times};
use crate::store::signed_in::NewSignIn;

for_each_engine! {
    the_same_user_is_the_same_visitor_and_another_is_another,
    a_family_knows_its_user_and_what_is_known_of_them_until_it_ends,
    newer_knowledge_replaces_the_older_and_only_where_somebody_is_signed_in,
    a_secret_leads_to_its_family_or_to_all_of_its_visitor,
    a_user_who_has_not_come_for_long_is_forgotten,
    an_erased_user_is_forgotten_and_begins_anew,
}

const ORIGIN: &str = "https://www.example.com";

/// A new family: its visitor, its id and its first secret.
struct TestFamily {
    visitor: VisitorId,
    family: FamilyId,
    secret: Secret,
}

fn profile(user: &str, name: &str) -> UserProfile {
    UserProfile { user: user.to_owned(), name: Some(name.to_owned()), email: None, phone: None }
}

fn user(number: u8) -> [u8; 32] {
    [number; 32]
}

impl Bench {
    async fn sign_in_at(&self, site: &str, number: u8, name: &str) -> TestFamily {
        let (family, secret) = (FamilyId::random().expect("randomness"), Secret::random().expect("randomness"));
        let (site, origin, visitor) = (site.to_owned(), ORIGIN.to_owned(), VisitorId::random().expect("randomness"));
        let new = NewFamily { site, origin, visitor, family: family.clone(), first_secret: secret.clone() };
        let new = NewSignIn { user: user(number), profile: profile("u", name), family: new };
        let visitor = self.store.sign_in(new).await.expect("signed in");
        TestFamily { visitor, family, secret }
    }

    async fn sign_in(&self, number: u8, name: &str) -> TestFamily {
        self.sign_in_at(SITE, number, name).await
    }

    async fn anonymous(&self) -> TestFamily {
        let (family, secret) = (FamilyId::random().expect("randomness"), Secret::random().expect("randomness"));
        let (site, origin, visitor) = (SITE.to_owned(), ORIGIN.to_owned(), VisitorId::random().expect("randomness"));
        let new =
            NewFamily { site, origin, visitor: visitor.clone(), family: family.clone(), first_secret: secret.clone() };
        self.store.begin_family(new).await.expect("begun");
        TestFamily { visitor, family, secret }
    }

    async fn renew_with(&self, secret: &Secret) -> Result<VisitorId, Refused> {
        let (site, origin) = (SITE.to_owned(), ORIGIN.to_owned());
        let successor = Secret::random().expect("randomness");
        let presented = Presented { site, origin, secret: secret.clone(), successor };
        let times = Times { now: self.clock.now(), grace: 20_000, lifetime: 86_400_000 };
        self.store.renew(presented, times).await.expect("asked").map(|renewed| renewed.visitor)
    }

    async fn user_of(&self, family: &FamilyId) -> Option<[u8; 32]> {
        self.store.user_of(family.clone()).await.expect("asked")
    }

    async fn name_of(&self, family: &FamilyId) -> Option<String> {
        self.store.profile_of(family.clone()).await.expect("asked").and_then(|profile| profile.name)
    }

    async fn families_of(&self, secret: &Secret, everywhere: bool) -> Vec<FamilyId> {
        let mut families = self.store.families_of(secret.clone(), everywhere).await.expect("asked");
        families.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        families
    }
}

fn sorted(mut families: Vec<FamilyId>) -> Vec<FamilyId> {
    families.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    families
}

async fn the_same_user_is_the_same_visitor_and_another_is_another(bench: Bench) {
    let (one, again, other) =
        (bench.sign_in(1, "Ada").await, bench.sign_in(1, "Ada").await, bench.sign_in(2, "Eve").await);
    assert_eq!(one.visitor, again.visitor);
    assert_ne!(one.visitor, other.visitor);
    assert_eq!(bench.renew_with(&one.secret).await, Ok(one.visitor.clone()));
    assert_eq!(bench.renew_with(&again.secret).await, Ok(one.visitor));
}

async fn a_family_knows_its_user_and_what_is_known_of_them_until_it_ends(bench: Bench) {
    let (here, there, anonymous) =
        (bench.sign_in(1, "Ada").await, bench.sign_in(1, "Ada").await, bench.anonymous().await);
    assert_eq!(
        (bench.user_of(&here.family).await, bench.name_of(&here.family).await),
        (Some(user(1)), Some("Ada".to_owned()))
    );
    assert_eq!((bench.user_of(&anonymous.family).await, bench.name_of(&anonymous.family).await), (None, None));
    let before = bench.clock.now() - 1;
    let nobody = FamilyId::random().expect("randomness");
    bench.store.end_families(vec![here.family.clone(), nobody.clone()]).await.expect("ended");
    assert_eq!((bench.user_of(&here.family).await, bench.name_of(&here.family).await), (None, None));
    assert_eq!(bench.renew_with(&here.secret).await, Err(Refused::Revoked));
    let revoked = bench.store.revoked_since(before).await.expect("asked");
    assert_eq!(revoked, [(here.family, bench.clock.now())], "a family that never was is not ended");
    assert_eq!(bench.name_of(&there.family).await.as_deref(), Some("Ada"), "the other browser stays signed in");
    assert_eq!(bench.user_of(&nobody).await, None);
}

async fn newer_knowledge_replaces_the_older_and_only_where_somebody_is_signed_in(bench: Bench) {
    let (here, there, anonymous) =
        (bench.sign_in(1, "Ada").await, bench.sign_in(1, "Ada").await, bench.anonymous().await);
    bench.store.update_profile(here.family.clone(), profile("u", "Countess")).await.expect("known");
    bench.store.update_profile(anonymous.family.clone(), profile("u", "Mallory")).await.expect("nothing");
    assert_eq!(bench.name_of(&here.family).await.as_deref(), Some("Countess"));
    assert_eq!(bench.name_of(&there.family).await.as_deref(), Some("Ada"));
    assert_eq!(bench.name_of(&anonymous.family).await, None);
}

async fn a_secret_leads_to_its_family_or_to_all_of_its_visitor(bench: Bench) {
    let (here, there, other) =
        (bench.sign_in(1, "Ada").await, bench.sign_in(1, "Ada").await, bench.sign_in(2, "Eve").await);
    // A family of another site is not one of these.
    bench.sign_in_at("elsewhere", 1, "Ada").await;
    let ended = bench.sign_in(1, "Ada").await;
    bench.store.end_families(vec![ended.family.clone()]).await.expect("ended");
    assert_eq!(bench.families_of(&here.secret, false).await, vec![here.family.clone()]);
    let both = sorted(vec![here.family.clone(), there.family.clone()]);
    assert_eq!(bench.families_of(&here.secret, true).await, both);
    assert_eq!(bench.renew_with(&here.secret).await, Ok(here.visitor));
    assert_eq!(bench.families_of(&here.secret, true).await, both, "a used secret, too");
    assert_eq!(bench.families_of(&ended.secret, false).await, []);
    assert_eq!(bench.families_of(&ended.secret, true).await, both);
    assert_eq!(bench.families_of(&other.secret, true).await, [other.family]);
    assert_eq!(bench.families_of(&Secret::random().expect("randomness"), true).await, []);
}

async fn a_user_who_has_not_come_for_long_is_forgotten(bench: Bench) {
    let first = bench.sign_in(1, "Ada").await;
    bench.clock.advance(Duration::from_secs(60));
    let other = bench.sign_in(2, "Eve").await;
    bench.store.sweep_users(bench.clock.now()).await.expect("swept");
    assert_ne!(bench.sign_in(1, "Ada").await.visitor, first.visitor);
    assert_eq!(bench.sign_in(2, "Eve").await.visitor, other.visitor);
    bench.clock.advance(Duration::from_secs(60));
    bench.sign_in(2, "Eve").await;
    bench.store.sweep_users(bench.clock.now()).await.expect("swept");
    assert_eq!(bench.sign_in(2, "Eve").await.visitor, other.visitor, "who comes back is remembered anew");
}

async fn an_erased_user_is_forgotten_and_begins_anew(bench: Bench) {
    let (here, there, other) =
        (bench.sign_in(1, "Ada").await, bench.sign_in(1, "Ada").await, bench.sign_in(2, "Eve").await);
    let mut erased = bench.store.erase_visitor(here.visitor.clone()).await.expect("erased");
    erased.families = sorted(erased.families);
    let families = sorted(vec![here.family.clone(), there.family.clone()]);
    assert_eq!(erased, Erased { families, ..Erased::default() });
    for one in [&here, &there] {
        assert_eq!((bench.user_of(&one.family).await, bench.name_of(&one.family).await), (None, None));
        assert_eq!(bench.renew_with(&one.secret).await, Err(Refused::Unknown));
    }
    assert_ne!(bench.sign_in(1, "Ada").await.visitor, here.visitor);
    assert_eq!(bench.sign_in(2, "Eve").await.visitor, other.visitor);
    if let StoreLocation::Redis(server) = &bench.location {
        assert!(!server.contains_text(here.visitor.as_str()), "nothing names them");
    }
}
