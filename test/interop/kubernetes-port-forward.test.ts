// A push through a real `kubectl port-forward`, API server and the kubelet's own streaming code, to a Sluice that plays the pod
// of deploy/kubernetes/service. What a tunnel that breaks leaves behind, and what the user is told.
import { expect } from 'vitest';
import { manifestPath } from '../support/kubernetes/manifest.ts';
import { startReceiver } from '../support/delivery-setup.ts';
import { sendHttp, sendPush } from '../support/http-client.ts';
import { RawConnection } from '../support/raw-connection.ts';
import { RunningSluice } from '../support/running-sluice.ts';
import { waitForValue } from '../support/wait-for-value.ts';
import { waitUntil } from '../support/wait-until.ts';
import type { ControlPlane } from './support/kubernetes/control-plane.ts';
import { addNode, runPods } from './support/kubernetes/fake-node.ts';
import { itWithControlPlane, makeRestrictedNamespace } from './support/kubernetes/it-with-control-plane.ts';
import { freePort, type RunningProgram } from './support/running-program.ts';

const it = itWithControlPlane();
