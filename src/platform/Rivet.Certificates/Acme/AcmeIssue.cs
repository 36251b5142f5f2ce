using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Rivet.Certificates.Challenges;
using Rivet.Certificates.Checking;
using Rivet.Certificates.Folder;
using Rivet.Kernel;

namespace Rivet.Certificates.Acme;

/// <summary>
/// One certificate from an ACME server (RFC 8555 §7.4), from the account to the checked chain. Everything that must outlive a
/// kill is on the disk before the step that needs it; a process that starts again goes on where the order is.
/// </summary>
internal sealed class AcmeIssue(CertificateFolder folder, AcmeSettings settings, ChallengeDoor door, TimeProvider time, Action<string> step)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan OldestOrder = TimeSpan.FromDays(1);

    /// <summary>A certificate that may be served, kept nowhere yet. Ends within ten minutes, whatever the server does.</summary>
    public async Task<Result<CertificateBundle, CertificateRefusal>> RunAsync(CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            step("account");
            var http = new AcmeHttp(settings.Directory, settings.Roots is null ? null : Roots(settings.Roots), time);
            if (!(await AcmeAccount.OpenAsync(folder, settings, http, either.Token)).TryGet(out var session, out var why))
            {
                return why;
            }

            using (session)
            {
                var isOld = folder.Order is not null;
                var issued = await OrderAsync(session, either.Token);

                // A proof that nobody could see because the process was killed meanwhile says nothing against the next order.
                return isOld && !issued.IsOk && issued.Refusal.Reason is CertificateRefusal.AcmeInvalid ? await OrderAsync(session, either.Token) : issued;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeEndless);
        }
    }

    private async Task<Result<CertificateBundle, CertificateRefusal>> OrderAsync(AcmeSession session, CancellationToken ct)
    {
        step("order");
        if (!(await TakeOrderAsync(session, ct)).TryGet(out var order, out var why))
        {
            return why;
        }

        if (await ProveAsync(session, order.State, order.Object, ct) is { } unproven)
        {
            return Forget(unproven);
        }

        step("certificate");
        if (!(await FinishAsync(session, order, ct)).TryGet(out var finished, out why))
        {
            return Forget(why);
        }

        if (!(await session.DownloadAsync(finished.Document.Address("certificate"), ct)).TryGet(out var chain, out var failure))
        {
            return failure.Refusal;
        }

        return IssuedChain.Check(chain.Span, order.State.Key, settings.Names, time.GetUtcNow()).TryGet(out var bundle, out why) ? bundle : Forget(why);
    }

    /// <summary>The order that was under way, or a new one.</summary>
    private async Task<Result<(OrderState State, AcmeObject Object), CertificateRefusal>> TakeOrderAsync(AcmeSession session, CancellationToken ct)
    {
        if (folder.Order is { } kept && IsOf(kept) && (await session.AskAsync(kept.Url, "", ct)).TryGet(out var known, out _)
            && known.Status is "pending" or "ready" or "processing" or "valid")
        {
            return (kept, known);
        }

        folder.Order = null;
        var names = string.Join(',', settings.Names.Select(name => $"{{\"type\":\"dns\",\"value\":{JsonSerializer.Serialize(name)}}}"));
        var payload = $"{{\"identifiers\":[{names}]}}";
        var asked = await session.AskAsync(session.Directory.NewOrder, payload, ct);
        if (!asked.IsOk && asked.Refusal.Type == AcmeProblem.NoAccount)
        {
            // The server forgot the account; the key is still ours to register.
            if (await AcmeAccount.RegisterAsync(folder, settings, session, ct) is { } refused)
            {
                return refused;
            }

            asked = await session.AskAsync(session.Directory.NewOrder, payload, ct);
        }

        if (!asked.TryGet(out var made, out var failure))
        {
            return failure.Refusal;
        }

        if (made.Location is not { } address)
        {
            return AcmeSession.Malformed("order");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var state = new OrderState
        {
            Directory = settings.Directory, Names = settings.Names, Url = address, Key = key.ExportPkcs8PrivateKeyPem(), Begun = time.GetUtcNow(),
        };
        folder.Order = state;
        return (state, made);
    }

    private bool IsOf(OrderState order)
        => order.Directory == settings.Directory && order.Names.SequenceEqual(settings.Names) && time.GetUtcNow() - order.Begun < OldestOrder;

    /// <summary>Proves every name; null when all are proven.</summary>
    private async Task<CertificateRefusal?> ProveAsync(AcmeSession session, OrderState order, AcmeObject made, CancellationToken ct)
    {
        if (made.Status is not "pending")
        {
            return null;
        }

        var addresses = made.Document.Items("authorizations").Select(item => item.ValueKind is JsonValueKind.String ? ForeignJson.StringOf(item) : null).Take(order.Names.Count + 1).ToList();
        if (addresses.Count == 0 || addresses.Count > order.Names.Count)
        {
            return AcmeSession.Malformed("authorizations");
        }

        foreach (var text in addresses)
        {
            step("proof");
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
            {
                return AcmeSession.Malformed("authorizations");
            }

            if (await ProveOneAsync(session, order, address, ct) is { } unproven)
            {
                return unproven;
            }
        }

        return null;
    }

    private async Task<CertificateRefusal?> ProveOneAsync(AcmeSession session, OrderState order, Uri address, CancellationToken ct)
    {
        if (!(await session.AskAsync(address, "", ct)).TryGet(out var authorization, out var failure))
        {
            return failure.Refusal;
        }

        if (authorization.Status is "valid")
        {
            return null;
        }

        if (authorization.Status is not "pending")
        {
            return Invalid(Failed(authorization.Document), "");
        }

        var name = authorization.Document.Part("identifier").Text("value");
        if (name is null || !order.Names.Contains(name))
        {
            return AcmeSession.Malformed("identifier");
        }

        var challenge = authorization.Document.Items("challenges").FirstOrDefault(one => one.Text("type") == door.Type);
        if (challenge.Text("token") is not { } token || challenge.Address("url") is not { } answerHere)
        {
            return new CertificateRefusal(CertificateRefusal.AcmeChallenge, door.Type);
        }

        if (!IsToken(token))
        {
            return AcmeSession.Malformed("token");
        }

        if (await door.ShowAsync(name, token, session.Key.Authorize(token), ct) is { } closed)
        {
            return closed;
        }

        if (!(await session.AskAsync(answerHere, "{}", ct)).TryGet(out _, out failure))
        {
            return failure.Refusal;
        }

        if (!(await WaitAsync(session, address, "pending", ct)).TryGet(out var judged, out var why))
        {
            return why;
        }

        return judged.Status is "valid" ? null : Invalid(Failed(judged.Document), name);
    }

    private static JsonElement Failed(JsonElement authorization)
        => authorization.Items("challenges").FirstOrDefault(one => one.Part("error").ValueKind is JsonValueKind.Object);

    /// <summary>Hands in the request, unless an earlier process did, and waits for the certificate.</summary>
    private async Task<Result<AcmeObject, CertificateRefusal>> FinishAsync(AcmeSession session, (OrderState State, AcmeObject Object) order, CancellationToken ct)
    {
        var current = order.Object;
        if (current.Status is "pending" or "ready")
        {
            // An order becomes ready a moment after its last proof.
            if (!(await WaitAsync(session, order.State.Url, "pending", ct)).TryGet(out current, out var late))
            {
                return late;
            }

            if (current.Status is "ready")
            {
                var request = Base64Url.EncodeToString(Request(order.State));
                if (!(await session.AskAsync(current.Document.Address("finalize"), $"{{\"csr\":\"{request}\"}}", ct)).TryGet(out current, out var failure))
                {
                    return failure.Refusal;
                }
            }
        }

        if (current.Status is "processing" or "ready")
        {
            if (!(await WaitAsync(session, order.State.Url, "processing", ct)).TryGet(out current, out var why))
            {
                return why;
            }
        }

        return current.Status is "valid" ? current : Invalid(current.Document, "");
    }

    private async Task<Result<AcmeObject, CertificateRefusal>> WaitAsync(AcmeSession session, Uri address, string unfinished, CancellationToken ct)
    {
        var pause = FirstPause;
        while (true)
        {
            if (!(await session.AskAsync(address, "", ct)).TryGet(out var now, out var failure))
            {
                return failure.Refusal;
            }

            if (now.Status != unfinished)
            {
                return now;
            }

            var wait = now.RetryAfter is { } asked && asked > TimeSpan.Zero ? asked : pause;
            await Task.Delay(wait < MaxPause ? wait : MaxPause, time, ct);
            pause = pause < MaxPause ? pause * 2 : MaxPause;
        }
    }

    private static byte[] Request(OrderState order)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(order.Key);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in order.Names)
        {
            names.AddDnsName(name);
        }

        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequest();
    }

    private static CertificateRefusal Invalid(JsonElement withError, string name)
    {
        var problem = AcmeProblem.Of(withError.Part("error"));
        return new CertificateRefusal(CertificateRefusal.AcmeInvalid, PlainText.Of($"{name} {problem.Type} {problem.Detail}".Trim()));
    }

    /// <summary>RFC 8555 §8.1: base64url of at least 128 bits.</summary>
    private static bool IsToken(string token)
        => token.Length is >= 22 and <= 256 && token.All(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_');

    /// <summary>An order that ended badly is not gone on with.</summary>
    private CertificateRefusal Forget(CertificateRefusal why)
    {
        if (why.Reason is not (CertificateRefusal.AcmeUnreachable or CertificateRefusal.PortTaken))
        {
            folder.Order = null;
        }

        return why;
    }

    private static X509Certificate2Collection Roots(string pem)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(pem);
        return roots;
    }
}
