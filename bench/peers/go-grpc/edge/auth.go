// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuer   = "taskwire"
	audience = "taskwire"
)

// verifier says who asks. It verifies every request's token in full.
type verifier struct {
	parser *jwt.Parser
	key    jwt.Keyfunc
}

func newVerifier(secret []byte) *verifier {
	return &verifier{
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired()),
		key: func(*jwt.Token) (any, error) { return secret, nil },
	}
}

// user gives the user that the request's token names; false where it has no valid one.
func (v *verifier) user(request *http.Request) (string, bool) {
	text, found := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	if !found {
		return "", false
	}
	var claims jwt.RegisteredClaims
	if _, err := v.parser.ParseWithClaims(text, &claims, v.key); err != nil {
		return "", false
	}
	return claims.Subject, claims.Subject != ""
}
