// Follows docs/running.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/running.md');
