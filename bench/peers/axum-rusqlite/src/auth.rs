// SPDX-License-Identifier: Apache-2.0

//! Who asks: every request's token is verified in full.

use axum::http::{header::AUTHORIZATION, HeaderMap};
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;

const ISSUER: &str = "taskwire";
const AUDIENCE: &str = "taskwire";

#[derive(Deserialize)]
struct Claims {
    sub: String,
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
    pub fn user(&self, headers: &HeaderMap) -> Option<String> {
        let token = headers
            .get(AUTHORIZATION)?
            .to_str()
            .ok()?
            .strip_prefix("Bearer ")?;
        let claims = decode::<Claims>(token, &self.key, &self.validation)
            .ok()?
            .claims;
        Some(claims.sub)
    }
}
