// Follows docs/acknowledgement.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/acknowledgement.md');
