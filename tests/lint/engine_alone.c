/* A program made of the engine alone: that it links proves that the engine needs no terminal. */

int main(void)
{
    return 0;
}
