// Follows docs/lifecycle.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/lifecycle.md');
