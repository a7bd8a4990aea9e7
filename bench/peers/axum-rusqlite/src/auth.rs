// SPDX-License-Identifier: Apache-2.0

//! Who asks: a token is verified in full when a worker first sees it, and by what is remembered of it from then on, as
//! `@fastify/jwt` does with `cache`.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use axum::http::{header::AUTHORIZATION, HeaderMap};
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::task::now_ms;

const ISSUER: &str = "taskwire";
const AUDIENCE: &str = "taskwire";
const MAX_KNOWN: usize = 1000; // of each worker

type Known = HashMap<String, (Arc<str>, i64)>;

thread_local! {
    /// The users of verified tokens, and until when these are valid (seconds since 1970).
    static KNOWN: RefCell<Known> = RefCell::default();
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}

pub struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            key: DecodingKey::from_secret(secret),
            validation,
        }
    }

    /// The user that a request's token speaks for; none where there is no such token.
    pub fn user(&self, headers: &HeaderMap) -> Option<Arc<str>> {
        let token = headers
            .get(AUTHORIZATION)?
            .to_str()
            .ok()?
            .strip_prefix("Bearer ")?;
        KNOWN.with(|known| self.look_up(&mut known.borrow_mut(), token))
    }

    fn look_up(&self, known: &mut Known, token: &str) -> Option<Arc<str>> {
        if let Some((user, expires)) = known.get(token) {
            if *expires > now_ms() / 1000 {
                return Some(Arc::clone(user));
            }
        }
        let Claims { sub, exp } = decode::<Claims>(token, &self.key, &self.validation)
            .ok()?
            .claims;
        let user: Arc<str> = sub.into();
        if known.len() == MAX_KNOWN {
            known.clear();
        }
        known.insert(token.into(), (Arc::clone(&user), exp));
        Some(user)
    }
}
