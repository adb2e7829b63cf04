//! Property: only visitor tokens that were signed with these keys are believed, to the letter, and
//! only if each claim is right.

use std::{path::Path, sync::LazyLock, time::Duration};

use chataibot_proxy::clock::Clock;
use chataibot_proxy::config::{Arguments, Sites, read};
use chataibot_proxy::credentials::{Key, KeyRing};
use chataibot_proxy::ids::{FamilyId, VisitorId};
use chataibot_proxy::service::token::Tokens;
use chataibot_proxy::service::token::claims::{Claims, ISSUER, sign, verify};
use chataibot_proxy::service::token::revocation::Revocations;

use crate::{configuration::environment, text_of};

const ORIGIN: &str = "https://www.example.com";
const LIFETIME: u64 = 600;
const SITE: &str = r#"
[[site]]
id = "shop"
origins = ["https://www.example.com"]
bot_keys = ["one"]
account_token_env = "TOKEN"
webhook_secret_env = "SECRET"
webhook_token_env = "HOOK"
"#;

static SITES: LazyLock<Sites> = LazyLock::new(|| {
    let file = Some((Path::new("proxy.toml"), SITE));
    read::check(file, &Arguments::default(), &environment()).expect("the site is fine").sites
});

/// The first two bytes choose a claim and a place. The rest is a text: a token, the claim, a change.
pub fn holds(data: &[u8]) {
    let (choice, rest) = data.split_at(data.len().min(2));
    let (which, place) = (choice.first().copied().unwrap_or_default(), choice.get(1).copied().unwrap_or_default());
    let text = text_of(rest);
    let keys = keys();
    if let Ok(claims) = verify(&text, &keys) {
        let again = sign(&claims, &keys.newest).expect("claims can be written");
        assert_eq!(verify(&again, &keys).ok(), Some(claims), "what is believed can be said again");
    }
    claim(usize::from(which), &text, &keys);
    changed(usize::from(place), rest, &keys);
}

/// Checks that a token with one changed claim is accepted just if that claim is right by the rule.
fn claim(which: usize, text: &str, keys: &KeyRing) {
    let clock = Clock::standing();
    let now = clock.now() / 1000;
    let mut claims = good(now);
    let number = text.bytes().take(8).fold(0, |number, byte| number << 8 | u64::from(byte));
    let is_id = |id: &str| id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_right = match which % 9 {
        0 => set(&mut claims.iss, text) == ISSUER,
        1 => set(&mut claims.aud, text) == "shop",
        2 => is_id(set(&mut claims.sub, text)),
        3 => set(&mut claims.origin, text) == ORIGIN,
        4 => is_id(set(&mut claims.family, text)),
        5 => {
            claims.iat = number;
            number <= now + 60 && claims.exp.saturating_sub(number) <= LIFETIME
        }
        6 => {
            claims.exp = number;
            number > now && number.saturating_sub(claims.iat) <= LIFETIME
        }
        7 => {
            claims.exp = now.saturating_add(number % 2_000);
            claims.exp > now && claims.exp - claims.iat <= LIFETIME
        }
        _ => {
            claims.signed_in = true;
            true
        }
    };
    let token = sign(&claims, &keys.newest).expect("claims can be written");
    let read = verify(&token, keys).ok();
    // Tokens longer than the proxy's own can be are not read at all.
    let fits = token.len() <= 1024;
    assert_eq!(read, fits.then(|| claims.clone()), "what was signed is read as it was said");
    let tokens = Tokens::new(self::keys(), Revocations::new([]), Duration::from_secs(LIFETIME), clock);
    let taken = tokens.check(&token, &SITES);
    assert_eq!(taken.is_ok(), is_right && fits, "{claims:?}: {:?}", taken.err());
    if let Ok(visitor) = taken {
        assert_eq!((visitor.visitor.as_str(), visitor.family.as_str()), (&*claims.sub, &*claims.family));
        assert_eq!((visitor.expires_at, &visitor.origin), (claims.exp * 1000, &claims.origin));
    }
}

/// Checks that a good token with any part replaced, or anything appended, is refused.
fn changed(place: usize, by: &[u8], keys: &KeyRing) {
    let good = sign(&good(1_700_000_000), &keys.newest).expect("claims can be written");
    let place = (place * 2).min(good.len() - 1);
    let mut bytes = good.clone().into_bytes();
    let length = by.len().min(bytes.len() - place);
    bytes[place..place + length].copy_from_slice(&by[..length]);
    let Ok(changed) = String::from_utf8(bytes) else { return };
    assert!(changed == good || verify(&changed, keys).is_err(), "{changed:?} was {good:?}");
    let longer = [&good, text_of(by).as_ref()].concat();
    assert!(longer == good || verify(&longer, keys).is_err(), "{longer:?} begins with {good:?}");
}

fn set<'a>(claim: &'a mut String, text: &str) -> &'a str {
    text.clone_into(claim);
    claim
}

fn good(now: u64) -> Claims {
    let id = "0123456789abcdef0123456789abcdef";
    assert!(VisitorId::parse(id).is_some() && FamilyId::parse(id).is_some());
    Claims {
        iss: ISSUER.to_owned(),
        aud: "shop".to_owned(),
        sub: id.to_owned(),
        origin: ORIGIN.to_owned(),
        family: id.to_owned(),
        iat: now,
        exp: now + LIFETIME,
        signed_in: false,
    }
}

fn keys() -> KeyRing {
    KeyRing::new(Key::new("new", &[7; 32]), vec![Key::new("old", &[8; 32])])
}
