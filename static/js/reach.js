// fetch for what scripts send and must not lose: throws where the server was not reached, and with `signedOut` where it asks to sign in.
export async function reach(url, request) {
  const answer = await fetch(url, { credentials: 'same-origin', ...request, redirect: 'manual' });
  if (answer.type === 'opaqueredirect') throw Object.assign(new Error('signed out'), { signedOut: true });
  if (answer.status >= 500) throw new Error('server');
  return answer;
}
