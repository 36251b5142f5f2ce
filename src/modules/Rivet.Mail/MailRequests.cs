using System.Globalization;
using Rivet.Hosting.Link;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Mail;

/// <summary>Mail's requests over LWS, for an administrator's device.</summary>
internal sealed class MailRequests(MailDesk desk)
{
    public void Map(LwsEndpoints endpoints)
    {
        endpoints.Map(Method.ReadMail, ReadMailRequest.Parser, MailDesk.Manage, (subject, _) => Resource.Of(subject.Company), ReadAsync);
        endpoints.Map(Method.ChangeMail, ChangeMailRequest.Parser, MailDesk.Manage, (subject, _) => Resource.Of(subject.Company), ChangeAsync);
        endpoints.Map(Method.TestMail, TestMailRequest.Parser, MailDesk.Manage, (subject, _) => Resource.Of(subject.Company), TestAsync);
    }

    private async ValueTask<Result<ReadMailResponse, Refusal>> ReadAsync(Permit permit, ReadMailRequest request, CancellationToken ct)
    {
        if (!(await desk.ReadAsync(permit, ct)).TryGet(out var settings, out var refusal))
        {
            return refusal.ToWire();
        }

        return settings is null ? new ReadMailResponse() : new ReadMailResponse { Mail = ToWire(settings), HasPassword = settings.Password is not null };
    }

    private async ValueTask<Result<ChangeMailResponse, Refusal>> ChangeAsync(Permit permit, ChangeMailRequest request, CancellationToken ct)
    {
        var changed = request.Mail is null ? await desk.RemoveAsync(permit, ct) : await desk.ChangeAsync(permit, FromWire(request.Mail), ct);
        return changed.TryGet(out _, out var problem) ? new ChangeMailResponse() : problem.Refusal.ToWire(problem.Field);
    }

    private async ValueTask<Result<TestMailResponse, Refusal>> TestAsync(Permit permit, TestMailRequest request, CancellationToken ct)
    {
        var words = new MailWords(CultureInfo.GetCultureInfo(request.Language.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? "zh-CN" : "en"));
        var letter = desk.TestLetter(request.Address, words["TestSubject"], words["TestText"]);
        var tested = await desk.TestAsync(permit, request.Mail is null ? null : FromWire(request.Mail), request.Address, letter, ct);
        return tested.TryGet(out var outcome, out var problem)
            ? new TestMailResponse { Step = (Wire.MailStep)(int)outcome.Step, Reply = outcome.Reply, Advice = words[$"Step{outcome.Step}"] }
            : problem.Refusal.ToWire(problem.Field);
    }

    private static Wire.MailServer ToWire(MailSettings settings) => new()
    {
        Host = settings.Host,
        Port = (uint)settings.Port,
        Security = (Wire.MailSecurity)(int)settings.Security,
        Sender = settings.Sender,
        SenderName = settings.SenderName,
        User = settings.User,
        Fingerprint = settings.Fingerprint,
    };

    private static MailForm FromWire(Wire.MailServer server) => new()
    {
        Host = server.Host,
        Port = (int)Math.Min(server.Port, 100_000),
        Security = (MailSecurity)(int)server.Security,
        Sender = server.Sender,
        SenderName = server.SenderName,
        User = server.User,
        Password = server.Password.Length == 0 ? null : server.Password,
        Fingerprint = server.Fingerprint,
    };
}
