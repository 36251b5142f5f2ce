using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;
using Rivet.Storage;

namespace Rivet.Identity.PageSessions;

/// <inheritdoc/>
internal sealed class OpenPages(IStore store, IdentityEvents events, TimeProvider time) : IPageSessions
{
    private static readonly CookieOptions Cookie = new()
    {
        HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true,
    };

    private readonly ConcurrentDictionary<Follower, byte> followers = new();

    public async ValueTask<bool> IsAliveAsync(PageSessionId session, CancellationToken ct)
        => await store.ReadAsync(read => PageSessionTable.FindAlive(read, session, NowMs), ct) is not null;

    public async ValueTask<IDisposable?> FollowAsync(PageSessionId session, Action ended, CancellationToken ct)
    {
        // First follow, then ask: an end between the two is not missed.
        var follower = new Follower(this, session, ended);
        followers[follower] = 0;
        var row = await store.ReadAsync(read => PageSessionTable.FindAlive(read, session, NowMs), ct);
        if (row is null)
        {
            follower.Dispose();
            return null;
        }

        follower.EndAt(DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresMs), time);
        return follower;
    }

    public async Task CloseAsync(Subject page, CancellationToken ct)
    {
        if (page.Kind != SubjectKind.Page)
        {
            throw new ArgumentException("Only a page session can be closed here.", nameof(page));
        }

        await store.WriteAsync(
            transaction =>
            {
                Close(transaction, new PageSessionId(page.Via), page, "left");
                return Done.Value;
            },
            ct);
    }

    /// <summary>Closes what a device opened, in the transaction that signs it out.</summary>
    public int CloseOpenedBy(WriteTransaction transaction, DeviceId device, Subject actor)
    {
        var opened = PageSessionTable.OpenedBy(transaction, device);
        opened.ForEach(session => Close(transaction, session, actor, "device-signed-out"));
        transaction.Execute("DELETE FROM identity_page_ticket WHERE device = $1", device.ToBytes());
        return opened.Count;
    }

    public void SetCookie(HttpContext context, PageToken token)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(token);
        context.Response.Cookies.Append(PagePrincipal.Scheme, token.Reveal(), Cookie);
    }

    public static void RemoveCookie(HttpContext context) => context.Response.Cookies.Delete(PagePrincipal.Scheme, Cookie);

    private void Close(WriteTransaction transaction, PageSessionId session, Subject actor, string cause)
    {
        if (PageSessionTable.TryClose(transaction, session, NowMs))
        {
            events.Success(
                transaction, IdentityEvents.PageClosed, actor, new Resource("page-session", session.Value, actor.Company), ("cause", cause));
            transaction.AfterCommit(() => Announce(session));
        }
    }

    private void Announce(PageSessionId session)
    {
        foreach (var follower in followers.Keys)
        {
            if (follower.Session == session)
            {
                follower.End();
            }
        }
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class Follower(OpenPages pages, PageSessionId session, Action ended) : IDisposable
    {
        private Action? ended = ended;
        private ITimer? timer;

        public PageSessionId Session => session;

        public void EndAt(DateTimeOffset expiry, TimeProvider time)
        {
            var left = expiry - time.GetUtcNow();
            timer = time.CreateTimer(_ => End(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            if (Volatile.Read(ref ended) is null)
            {
                timer.Dispose();
            }
        }

        public void End()
        {
            var once = Interlocked.Exchange(ref ended, null);
            Remove();
            once?.Invoke();
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref ended, null);
            Remove();
        }

        private void Remove()
        {
            pages.followers.TryRemove(this, out _);
            timer?.Dispose();
        }
    }
}
