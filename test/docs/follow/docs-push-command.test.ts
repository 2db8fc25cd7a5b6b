// Follows docs/push-command.md.
import { followPage } from '../pages/follow-page.ts';

followPage('docs/push-command.md');
