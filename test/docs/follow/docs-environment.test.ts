// Follows docs/environment.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/environment.md');
