// Follows docs/container.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/container.md');
