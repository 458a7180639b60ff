using System.Runtime.CompilerServices;

namespace System.Runtime.CompilerServices
{
    /// <summary>Tells the compiler, which knows it by its name, that the runtime suspends this method, with
    /// no state machine. Others are compiled as ever.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    sealed class RuntimeAsyncMethodGenerationAttribute(bool runtimeAsync) : Attribute
    {
        public bool RuntimeAsync => runtimeAsync;
    }
}

namespace Guest
{
    static class RuntimeAsync
    {
        /// <summary>Whether this runtime suspends methods itself. If not, it loads no type that has such a
        /// one: to name one of those is then for methods alone that are never called.</summary>
        public static readonly bool IsThere = Try();

        static bool Try()
        {
            try
            {
                return Call();
            }
            catch (TypeLoadException)
            {
                return false;
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static bool Call() => Probe.True().Result;

        static class Probe
        {
            [RuntimeAsyncMethodGeneration(true)]
            public static async Task<bool> True()
            {
                await Task.CompletedTask;
                return true;
            }
        }
    }
}
