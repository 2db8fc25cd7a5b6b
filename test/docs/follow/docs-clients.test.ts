// Follows docs/clients.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/clients.md');
