import { describe, expect, it } from "vitest";
import { freshStore } from "./fresh";
import { fromUtf8 } from "$lib/crypto/bytes";
import { verifyCompact } from "$lib/crypto/jws";
import { randomUuid } from "$lib/crypto/random";
import { sha256Hex } from "$lib/crypto/digest";
import {
  assertDevice,
  deviceShortCode,
  establishDevice,
  proveEnrolment,
  readDevice,
  saveEnrolment,
} from "$lib/store/device";
import { StoredValueLost } from "$lib/store/errors";

describe("the device", () => {
  it("keeps its first identity and a key that cannot leave", async () => {
    const store = await freshStore();
    const first = await establishDevice(store, randomUuid);
    const again = await establishDevice(store, randomUuid);
    expect(again.device).toBe(first.device);
    expect(again.thumbprint).toBe(first.thumbprint);
    await expect(crypto.subtle.exportKey("jwk", again.keys.privateKey)).rejects.toThrow();
  });

  it("is one, even when two callers establish it at once", async () => {
    const store = await freshStore();
    const both = await Promise.all([establishDevice(store, randomUuid), establishDevice(store, randomUuid)]);
    expect(both[0].device).toBe(both[1].device);
  });

  it("signs a node's nonce with its key alone, for that node alone", async () => {
    const store = await freshStore();
    const device = await establishDevice(store, randomUuid);
    const payload = await verifyCompact(
      await assertDevice(device, "nonce-1", "node-one"),
      "escale-assertion+jws",
      device.keys.publicKey,
    );
    expect(JSON.parse(fromUtf8(payload))).toEqual({
      nonce: "nonce-1",
      device: device.device,
      audience: "escale-node",
      node: "node-one",
    });
  });

  it("proves that it held the card's secret without saying it", async () => {
    const device = await establishDevice(await freshStore(), randomUuid);
    const proof = await proveEnrolment(device, "secret");
    const payload = await verifyCompact(proof, "escale-enrolment+jws", device.keys.publicKey);
    expect(JSON.parse(fromUtf8(payload))).toEqual({
      secret_digest: await sha256Hex("secret"),
      device: device.device,
    });
    expect(await deviceShortCode(device)).toMatch(/^...-...$/);
  });

  it("is not enrolled before it is established", async () => {
    const store = await freshStore();
    expect(await readDevice(store)).toBeNull();
    await expect(saveEnrolment(store, {} as never)).rejects.toBeInstanceOf(StoredValueLost);
  });
});
