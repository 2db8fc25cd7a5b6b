// Follows docs/push-api.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/push-api.md');
