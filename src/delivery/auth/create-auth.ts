// Chooses the way in that a backend's configuration names; there is at most one.
import type { BackendConfig } from '../../config/config.ts';
import type { AuthDeps, BackendAuth } from './backend-auth.ts';
import { headerAuth } from './header-auth.ts';
import { OAuth2Auth } from './oauth2-auth.ts';
import { SigV4Auth } from './sigv4-auth.ts';

/** Throws an Error that names what cannot be used. */
export function createAuth(backend: BackendConfig, deps: AuthDeps): BackendAuth {
  if (backend.oauth2 !== undefined) return new OAuth2Auth(backend.oauth2, backend, deps);
  if (backend.sigv4 !== undefined) return new SigV4Auth(backend.sigv4, backend, deps);
  return headerAuth(backend, deps.onUnreadable);
}
