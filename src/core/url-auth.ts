/** How requests to a deployment authenticate. It holds no secret: only where one is had from. */
export type UrlAuth =
  | { readonly kind: 'none' }
  /** OpenID Connect ID token, as Cloud Run and Functions take it. @see audience the service's URL */
  | { readonly kind: 'id-token'; readonly audience: string }
  /** OAuth 2 access token, as Vertex AI takes it. */
  | { readonly kind: 'access-token' }
  /** `x-goog-api-key` from an environment variable. */
  | { readonly kind: 'api-key'; readonly env: string }
  /** A bearer token from an environment variable; it is not refreshed. */
  | { readonly kind: 'bearer'; readonly env: string }
  /** A header with the value of an environment variable, or the first line that a command prints. */
  | { readonly kind: 'header'; readonly header: string; readonly env: string }
  | { readonly kind: 'header'; readonly header: string; readonly command: string }
