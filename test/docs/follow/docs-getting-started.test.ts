// Follows docs/getting-started.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/getting-started.md');
